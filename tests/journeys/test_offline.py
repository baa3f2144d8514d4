"""Without signal: a walk is kept on the phone, and goes out once, to the right record, with signal."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from clinic.models import UserSession
from programmes.models import Flag, Walk
from tests.conftest import as_superuser
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.journeys.phones import (
    a_cable,
    a_phone,
    a_server,
    fill,
    kept,
    save,
    sign_in_on,
    until,
    wait_until_kept,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
KEPT = "Your walk is kept on this phone"
SENT_NOW = """outbox.flush(outbox.page.person, true).then(() => outbox.all())
  .then((walks) => walks.length === 0)"""


def on_a_plan(clinic, **dose):
    start = datetime.now(UTC).date() - timedelta(days=8)
    return a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=start, **dose).patient


@pytest.fixture
def web(shared_web: str, transactional_db: None) -> str:
    """One server for all of them; the rows are each journey's own."""
    return shared_web


@pytest.fixture
def patient():
    return on_a_plan(a_clinic())


@pytest.fixture
def phone(browser: Browser, web: str, patient) -> Page:
    page = a_phone(browser, web, patient)
    yield page
    page.context.close()


def told(phone, text):
    return expect(phone.get_by_text(text, exact=False).first)


def walks_of(patient):
    return [walk.minutes for walk in Walk.objects.filter(patient=patient).order_by("pk")]


def without_signal(phone, web, path="/walks/new/"):
    phone.context.set_offline(True)
    phone.goto(f"{web}{path}")


def with_signal(phone):
    phone.context.set_offline(False)


def keep_one(phone, web, **answers):
    """A walk logged on the page without signal."""
    without_signal(phone, web)
    fill(phone, **answers)
    save(phone)
    told(phone, KEPT).to_be_visible()


def test_a_walk_logged_without_signal_goes_out_with_it(phone, web, patient):
    keep_one(phone, web, minutes=10)
    assert (len(kept(phone)), walks_of(patient)) == (1, [])
    with_signal(phone)
    wait_until_kept(phone, 0)
    assert walks_of(patient) == [10]


def test_the_page_without_signal_shows_the_plan(phone, web):
    without_signal(phone, web, "/today/")
    expect(phone.locator(".minutes .tile", has_text="your plan")).to_have_text("15 (your plan)")


@pytest.mark.parametrize(
    ("dose", "name", "chosen", "shown"),
    [
        ({"steps": 4400}, "stepped", "4400", "4,400 (your plan)"),
        ({"distance_m": 1200}, "metres", "1200", "1.2 (your plan)"),
    ],
)
def test_it_asks_in_what_the_plan_counts(browser, web, dose, name, chosen, shown):
    patient = counting(on_a_plan(a_clinic()), dose)
    phone = a_phone(browser, web, patient)
    without_signal(phone, web)
    expect(phone.locator(".minutes .tile", has_text="your plan")).to_have_text(shown)
    phone.locator(f"input[name={name}][value='{chosen}']").check(force=True)
    for pain in ("before", "after"):
        phone.locator(f"input[name=pain_{pain}][value='2']").check(force=True)
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    wait_until_kept(phone, 0)
    walk = Walk.objects.get(patient=patient)
    assert walk.walked.told(walk.target.counts) == int(chosen)
    phone.context.close()


def counting(patient, dose):
    """The same plan in steps or metres."""
    with as_superuser() as connection:  # a signed plan changes for nobody else
        connection.execute("SET session_replication_role = replica")
        for column, amount in dose.items():
            connection.execute(f"UPDATE programmes_programmeweek SET minutes = 0, {column} = {amount}")
    return patient


def test_the_clinics_phone_is_there_without_signal(phone, web):
    without_signal(phone, web)
    expect(phone.get_by_role("link", name="Call Elm Clinic: 01632 960 100")).to_be_visible()


def test_a_form_on_a_dying_connection_is_kept(phone, web, patient):
    """Opened with signal, sent without: trap 1."""
    phone.goto(f"{web}/walks/new/")
    fill(phone, minutes=20)
    phone.context.set_offline(True)
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    wait_until_kept(phone, 0)
    assert walks_of(patient) == [20]


def test_a_red_flag_says_what_to_do_and_that_nobody_knows(phone, web, patient):
    without_signal(phone, web)
    fill(phone)
    phone.get_by_label("None of these").uncheck()
    phone.get_by_label("Chest pain").check()
    save(phone)
    told(phone, "Call 999 now, or go to A&E").to_be_visible()
    told(phone, "Your team has NOT been told yet.").to_be_visible()
    with_signal(phone)
    wait_until_kept(phone, 0)
    assert Flag.objects.get(patient=patient).code == "SAFETY"


def test_an_ended_session_loses_nothing(phone, web, patient):
    """The answer is 401 and not the sign-in page: trap 2. The walk goes out after signing in."""
    phone.goto(f"{web}/walks/new/")
    fill(phone, minutes=25)
    UserSession.objects.all().delete()
    save(phone)
    told(phone, KEPT).to_be_visible()
    expect(phone.get_by_role("link", name="Sign in").first).to_be_visible()
    assert (len(kept(phone)), walks_of(patient)) == (1, [])
    sign_in_on(phone.context, web, patient)
    phone.goto(f"{web}/today/")
    wait_until_kept(phone, 0)
    assert walks_of(patient) == [25]


def test_a_form_from_before_a_new_sign_in_is_saved(phone, web, patient):
    """Its token is void: a fresh one is fetched."""
    phone.goto(f"{web}/walks/new/")
    fill(phone, minutes=30)
    sign_in_on(phone.context, web, patient)
    save(phone)
    phone.wait_for_url("**/saved/")
    assert walks_of(patient) == [30]


def test_nobody_elses_walk_is_sent_or_shown(phone, web, patient):
    """Trap 3: the next person on this phone."""
    keep_one(phone, web, minutes=10)
    other = on_a_plan(patient.clinic, minutes=20)
    with_signal_as(phone, web, other)
    phone.goto(f"{web}/today/")
    until(phone, "outbox.recall('me').then((me) => me && me.plan.planned === 20)")
    phone.evaluate("outbox.flush(outbox.page.person, true)")
    expect(phone.locator("[data-pending]")).to_be_hidden()
    assert (len(kept(phone)), walks_of(patient), walks_of(other)) == (1, [], [])
    without_signal(phone, web, "/today/")
    expect(phone.locator("[data-pending]")).to_be_hidden()
    expect(phone.locator(".minutes .tile", has_text="your plan")).to_have_text("20 (your plan)")


def with_signal_as(phone, web, patient):
    """Another person signs in before the phone has signal again, so that nothing is sent in between."""
    phone.goto("about:blank")
    sign_in_on(phone.context, web, patient)
    phone.context.set_offline(False)


def test_a_form_of_somebody_else_is_kept_for_them(phone, web, patient):
    phone.goto(f"{web}/walks/new/")
    fill(phone, minutes=10)
    other = on_a_plan(patient.clinic)
    sign_in_on(phone.context, web, other)
    save(phone)
    told(phone, KEPT).to_be_visible()
    sign_in_on(phone.context, web, patient)
    phone.goto(f"{web}/today/")
    wait_until_kept(phone, 0)
    assert (walks_of(patient), walks_of(other)) == ([10], [])


def test_no_personal_page_is_ever_cached(phone, web, patient):
    for path in ("/today/", "/walks/new/", "/plan/", "/progress/", "/settings/"):
        phone.goto(web + path)
    cached = phone.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)"
        ".then((cache) => cache.keys()).then((all) => all.map((each) => new URL(each.url).pathname))))"
        ".then((lists) => lists.flat()))"
    )
    assert sorted(cached) == sorted(
        ["/offline/", "/static/css/base.css", "/static/css/patients.css", "/static/icons/waymark.svg"]
        + [f"/static/js/{name}.js" for name in ("outbox", "pages", "shell")]
    )
    shell = phone.evaluate("caches.match('/offline/').then((page) => page.text())")
    assert [word for word in (patient.given_name, "Elm Clinic", str(patient.pk)) if word in shell] == []


def test_a_refused_walk_opens_the_form_again_with_what_was_typed(phone, web, patient):
    """Trap 4: 422 keeps the walk, says what is not right, and lets it be changed."""
    without_signal(phone, web)
    fill(phone)
    phone.locator("input[name=minutes][value=other]").check(force=True)
    phone.locator("input[name=other_minutes]").fill("4x")
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    until(phone, "outbox.all().then((walks) => walks[0].state === 'look-again')")
    phone.goto(f"{web}/today/")
    told(phone, "Enter whole minutes, from 1 to 300.").to_be_visible()
    phone.get_by_role("link", name="Change this walk").click()
    expect(phone.locator("[data-problems]")).to_be_visible()
    assert phone.locator("input[name=other_minutes]").input_value() == "4x"
    assert phone.locator("input[name=pain_before]:checked").input_value() == "3"
    phone.locator("input[name=other_minutes]").fill("50")
    save(phone)
    told(phone, "That is much more than your plan").to_be_visible()
    phone.get_by_label("Yes, that is how long I walked").check()
    save(phone)
    phone.wait_for_url("**/saved/")
    assert (walks_of(patient), kept(phone)) == ([50], [])


def test_a_waiting_walk_is_changed_before_it_goes(phone, web, patient):
    keep_one(phone, web, minutes=10)
    phone.goto(f"{web}/today/")
    phone.get_by_role("link", name="Change this walk").click()
    fill(phone, minutes=20, after=5)
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    wait_until_kept(phone, 0)
    assert (walks_of(patient), Walk.objects.get().pain_after) == ([20], 5)


def test_a_waiting_walk_is_removed(phone, web, patient):
    keep_one(phone, web)
    phone.goto(f"{web}/today/")
    phone.get_by_role("button", name="Remove").click()
    phone.get_by_role("button", name="Yes, remove it").click()
    wait_until_kept(phone, 0)
    expect(phone.locator("[data-pending]")).to_be_hidden()
    with_signal(phone)
    assert walks_of(patient) == []


def test_today_names_what_waits(phone, web, patient):
    """The list stands on Today while the server cannot take walks."""
    keep_one(phone, web, minutes=10)
    phone.context.route("**/outbox/**", lambda route: route.fulfill(status=503))
    with_signal(phone)
    phone.goto(f"{web}/today/")
    told(phone, "Not sent yet. Your team cannot see it.").to_be_visible()
    told(phone, "Minutes: 10").to_be_visible()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_gets_it_later(phone, web, patient, status):
    keep_one(phone, web, minutes=10)
    phone.context.route("**/outbox/walks/", lambda route: route.fulfill(status=status))
    with_signal(phone)
    phone.goto(f"{web}/today/")
    until(phone, "outbox.recall('pause').then((pause) => pause && pause.tries > 0)")
    assert (len(kept(phone)), walks_of(patient)) == (1, [])
    phone.context.unroute("**/outbox/walks/")
    phone.get_by_role("button", name="Send now").click()
    wait_until_kept(phone, 0)
    assert walks_of(patient) == [10]


def test_a_page_instead_of_an_answer_is_no_answer(phone, web, patient):
    """A proxy's or hotel's page with 200 is not our "saved"."""
    keep_one(phone, web)
    phone.context.route("**/outbox/walks/", lambda route: route.fulfill(status=200, body="<p>Welcome"))
    with_signal(phone)
    until(phone, "outbox.recall('pause').then((pause) => pause && pause.tries > 0)")
    assert (len(kept(phone)), walks_of(patient)) == (1, [])


def test_signing_out_names_a_walk_that_waits_and_keeps_it(phone, web, patient):
    keep_one(phone, web)
    phone.context.route("**/outbox/**", lambda route: route.fulfill(status=503))
    with_signal(phone)
    phone.goto(f"{web}/today/")
    told(phone, "Kept on this phone").to_be_visible()
    phone.get_by_role("button", name="Sign out").click()
    told(phone, "A walk on this phone is not sent yet.").to_be_visible()
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url("**/signed-out/?here")
    assert len(kept(phone)) == 1
    phone.goto(f"{web}/sign-in/")
    told(phone, "A walk is kept on this phone.").to_be_visible()
    assert phone.evaluate("outbox.recall('me')") is None


def test_signed_out_the_page_without_signal_knows_nobody(phone, web, patient):
    keep_one(phone, web)
    phone.context.route("**/outbox/**", lambda route: route.fulfill(status=503))
    with_signal(phone)
    phone.goto(f"{web}/today/")
    for _press in range(2):
        phone.get_by_role("button", name="Sign out").click()
        phone.wait_for_timeout(300)
    phone.wait_for_url("**/signed-out/?here")
    without_signal(phone, web, "/today/")
    told(phone, "Nobody is signed in on this phone").to_be_visible()
    expect(phone.locator("[data-pending]")).to_be_hidden()
    expect(phone.locator(".minutes .tile")).to_have_count(0)


def test_a_phone_a_year_off_is_told_and_loses_nothing(phone, web, patient):
    """Its days are a year old: the answer says so, and the form then offers the right days."""
    without_signal(phone, web)
    phone.evaluate("outbox.remember('clock', -365 * 24 * 3600 * 1000)")  # as a phone that was right once
    phone.reload()
    fill(phone, minutes=10)
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    until(phone, "outbox.all().then((walks) => walks[0].state === 'look-again')")
    phone.goto(f"{web}/today/")
    phone.get_by_role("link", name="Change this walk").click()
    save(phone)
    told(phone, "Choose the day of your walk.").to_be_visible()
    phone.locator("summary", has_text="Change").first.click()
    phone.locator("select[name=walked_on]").select_option(index=0)
    save(phone)
    phone.wait_for_url("**/saved/")
    assert walks_of(patient) == [10]


def test_switched_off_the_worker_goes_and_the_walks_still_arrive(
    browser, web, patient, shared_environment, tmp_path
):
    """The kill switch: another server process behind the same address."""
    with (
        a_cable(web) as cable,
        a_server(shared_environment, tmp_path, WAYMARK_OFFLINE_WORKER="off") as port,
    ):
        site = f"http://127.0.0.1:{cable.port}"
        phone = a_phone(browser, site, patient)
        keep_one(phone, site, minutes=10)
        cable.server_port = port
        cable.cut()
        cable.mend()
        with_signal(phone)
        with suppress(Error):  # the worker that leaves may take this very request with it
            phone.goto(f"{site}/today/")
        phone.goto(f"{site}/today/")
        until(phone, SENT_NOW)  # an attempt in the middle of the change makes the phone pause for 30 s
        until(
            phone,
            "Promise.all([caches.keys(), navigator.serviceWorker.getRegistrations()])"
            ".then((each) => each.every((list) => list.length === 0))",
        )
        assert walks_of(patient) == [10]
        phone.goto(f"{site}/walks/new/")
        fill(phone, minutes=20)
        cable.cut()
        save(phone)
        told(phone, KEPT).to_be_visible()
        cable.mend()
        phone.goto(f"{site}/today/")
        wait_until_kept(phone, 0)
        assert walks_of(patient) == [10, 20]
        phone.context.close()
