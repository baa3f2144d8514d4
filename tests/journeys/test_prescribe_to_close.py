"""The whole loop as its people live it: real web server, worker, beat and mailer, a browser for each."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from clinic.models import Role
from programmes.models import Programme, ReviewItem
from tests.factories import PASSWORD, a_clinic, a_staff_member, a_template, a_walk

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PATIENT = "june.hart@mail.example"


def today():
    return datetime.now(UTC).date()


def sign_in(page: Page, web: str, email: str) -> None:
    page.goto(f"{web}/staff/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Review queue")).to_be_visible()


def newest_mail(page: Page, web: str, containing: str, seconds: float = 10) -> str:
    """The text of the demo mailbox once it holds these words."""
    until = time.monotonic() + seconds
    while True:
        page.goto(f"{web}/demo/mailbox/")
        text = page.locator("main").inner_text()
        if containing in text:
            return text
        assert time.monotonic() < until, f"no mail with {containing!r} in {seconds} s:\n{text}"
        page.wait_for_timeout(200)


def enrol_and_prescribe(page: Page, web: str) -> None:
    page.goto(f"{web}/admin/patients/patient/add/")
    page.get_by_label("Given name").fill("June")
    page.get_by_label("Family name").fill("Hart")
    page.get_by_label("E-mail").fill(PATIENT)
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{web}/admin/programmes/programme/add/")
    page.get_by_label("Patient").select_option(label=page.locator("option", has_text="Hart").inner_text())
    page.get_by_label(re.compile("Steady build")).check()
    page.get_by_label("Comfortable walk now").fill("15")
    page.get_by_label("Starts on").fill((today() - timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Generate the weeks").click()
    page.get_by_label(re.compile("week 1 minutes", re.I)).fill("11")
    page.get_by_role("button", name="Save and assign").click()
    page.get_by_label("none applies").check()
    page.get_by_role("button", name="Keep the checklist").click()
    expect(page.get_by_text("11 minutes").first).to_be_visible()
    page.get_by_role("button", name="Assign to patient").click()
    expect(page.get_by_text("active", exact=False).first).to_be_visible()


def invite(page: Page, web: str) -> None:
    page.goto(f"{web}/admin/patients/patient/")
    page.get_by_role("link", name=re.compile("Hart")).first.click()
    page.get_by_role("link", name="Send invitation").click()
    page.get_by_role("button", name="Send invitation").click()


def fortnight_of_walks_at(pain: int) -> None:
    """Logged on their own days, by the same verb the form uses."""
    programme = Programme.objects.get()
    for days in (13, 11, 9, 8):
        a_walk(programme, today() - timedelta(days=days), pain=pain)


def open_own_pages(phone: Page, web: str) -> None:
    invitation = newest_mail(phone, web, "walking plan")
    assert PATIENT in invitation
    phone.goto(f"{web}/sign-in/")
    phone.get_by_label("Your e-mail address").fill(PATIENT)
    phone.locator("main button").first.click()
    mailbox = phone.context.new_page()
    code = re.search(r"code is (\d{6})", newest_mail(mailbox, web, "code is")).group(1)
    mailbox.close()
    phone.get_by_label("Code from the e-mail").fill(code)
    phone.locator("main button").first.click()
    phone.get_by_role("button", name="I have read this").click()
    set_up(phone)
    phone.get_by_role("link", name="Today").click()
    expect(phone.get_by_role("link", name="Log a walk")).to_be_visible()


def set_up(phone: Page) -> None:
    """One question a page."""
    go_on = phone.get_by_role("button", name="Save and go on")
    phone.locator("label.tile").filter(has_text="Kilometres").click()
    go_on.click()
    phone.get_by_label("Monday").check()
    phone.get_by_label("Thursday").check()
    phone.get_by_label("About what time?").select_option("10am")
    go_on.click()
    phone.locator("label.tile").filter(has_text="On my walking days").click()
    go_on.click()
    phone.get_by_label("I have read this page").check()
    go_on.click()
    expect(phone.get_by_text("Mon, Thu, 10am")).to_be_visible()


def log_walk(phone: Page, web: str, *, days_ago: int, pain: int) -> None:
    """Without JavaScript, 320 px wide: radios that nobody preselected."""
    phone.goto(f"{web}/walks/new/")
    assert phone.locator("input[type=radio]:checked").count() == 0
    if days_ago:
        phone.get_by_text("Change", exact=True).click()
        phone.get_by_label("Day of your walk").select_option((today() - timedelta(days=days_ago)).isoformat())
    tile = phone.locator("label.tile")
    phone.locator("input[name=minutes]").first.locator("xpath=..").click()
    for question in ("pain_before", "pain_after"):
        tile.filter(has=phone.locator(f"input[name={question}][value='{pain}']")).click()
    for question, answer in (("flare", "no"), ("fall", "none"), ("intensity", "easy")):
        tile.filter(has=phone.locator(f"input[name={question}][value={answer}]")).click()
    if phone.get_by_label("None of these").is_visible():
        phone.get_by_label("None of these").check()
    phone.get_by_role("button", name="Save walk").click()
    if "/safety/" in phone.url:
        phone.get_by_label("None of these").check()
        phone.locator("main button").first.click()
    expect(phone.locator("main")).to_contain_text(re.compile("saved", re.I))


def wait_for_flag(page: Page, web: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not page.get_by_text("Pain rising").count():
        assert time.monotonic() < until, "the worker raised no flag"
        page.wait_for_timeout(1000)
        page.goto(f"{web}/review/")


def review_and_close(page: Page) -> None:
    expect(page.get_by_text("points above this patient's own", exact=False)).to_be_visible()
    page.get_by_role("link", name="June Hart").click()
    page.get_by_role("button", name="I am looking at this").click()
    page.get_by_label("Result").select_option("reached")
    page.get_by_label("How", exact=True).select_option("phone")
    page.get_by_role("button", name="Save the contact").click()
    page.get_by_label("Outcome").select_option("contacted-no-change")
    page.get_by_role("button", name="Close with this outcome").click()


def test_from_prescription_to_a_closed_review(web, worker, desktop, phone):
    clinic = a_clinic("Elm Clinic", review_hour=0)
    clinician = a_staff_member(clinic, Role.CLINICIAN)
    a_template(clinic)
    sign_in(desktop, web, clinician.user.email)
    enrol_and_prescribe(desktop, web)
    invite(desktop, web)
    fortnight_of_walks_at(pain=2)
    open_own_pages(phone, web)
    log_walk(phone, web, days_ago=1, pain=7)
    log_walk(phone, web, days_ago=0, pain=7)
    desktop.goto(f"{web}/review/")
    wait_for_flag(desktop, web)
    review_and_close(desktop)
    item = ReviewItem.objects.get()
    assert (item.status, item.outcome, item.closed_by) == (
        "completed",
        "contacted-no-change",
        clinician.user,
    )
