"""axe-core finds nothing on any page, narrow or wide, light, dark or in forced colours; nor does the CSP."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from uuid_utils.compat import uuid7

from clinic.models import LeaverReport, OutboxMessage, Role
from clinic.services.absences import Leave, plan_absence
from patients.models import Decision
from patients.services.limiting import open_in_emergency
from patients.tokens import stop_token
from programmes.models import Overlay, Reason, ReviewItem
from programmes.services.leaving import hand_over
from programmes.services.light_mode import set_light_mode
from programmes.services.nights import review_night
from programmes.services.not_walking import WhyNot, tell_why_not
from tests.factories import (
    DUTY_LETTER,
    a_clinic,
    a_draft,
    a_flare_plan,
    a_patient,
    a_programme,
    a_set_up,
    a_staff_member,
    a_template,
    a_walk,
    limit,
)
from tests.figures import RECORD, Figure, record
from tests.patients.ended import decided, ended
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # what a mode of colours can change
RUN = """async (only) => {
  await Promise.all(document.getAnimations().map(each => each.finished));  // links fade to their other colour
  const found = await axe.run(document, {runOnly: only, preload: false});  // there is no sound to ask for
  return found.violations.map(v => `${v.id} (${v.impact}) ${v.nodes[0].target} ${v.nodes[0].failureSummary}`);
}"""
WATCH = """
  window.refused = [];
  addEventListener('securitypolicyviolation', e => refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
MODES = {
    "320 px": (NARROW, {}),
    "1280 px": (WIDE, {}),
    "dark": (WIDE, {"color_scheme": "dark"}),
    "forced colours": (NARROW, {"forced_colors": "active"}),
}
LIGHT = {"color_scheme": "light", "forced_colors": "none"}
# What a wide page has wrong a narrow one nearly always has as well: a figure looks at both.
OF_STAFF = MODES if RECORD in os.environ else {name: MODES[name] for name in MODES if name != "1280 px"}
# Of patients' pages: the narrow ones are looked at in every state by tests/sheet/test_every_page.py.
NOT_ON_THE_SHEET = MODES if RECORD in os.environ else {name: MODES[name] for name in ("1280 px", "dark")}


def days_ago(days):
    return datetime.now(UTC).date() - timedelta(days=days)


@pytest.fixture
def people():
    """A clinic with a flagged patient, a patient on a plan, one without, and a draft."""
    clinic = a_clinic(review_hour=0, shows_suggestions=True)
    clinician = a_staff_member(clinic, Role.CLINICIAN)
    template = a_template(clinic)
    flagged = a_programme(a_patient(clinic, phone="01632 960 111"), clinician, starts_on=days_ago(40))
    for week in range(5):
        for day in (0, 2, 4):
            walked = days_ago(38 - 7 * week - day)
            a_walk(flagged, walked, pain=7 if week == 4 else 2, note="stiff" if week == 4 else "")
    review_night(clinic=clinic, local_date=days_ago(6), now=datetime.now(UTC))
    steady = a_programme(a_patient(clinic), clinician, starts_on=days_ago(10))
    a_set_up(steady.patient)
    set_light_mode(
        patient=steady.patient,
        is_on=False,
        patient_may_choose=True,
        reason="asked",
        by=clinician,
        now=datetime.now(UTC),
    )
    walk = a_walk(steady, days_ago(2), pain=3).walk
    mine = a_walk(steady, days_ago(1), pain=3, now=datetime.now(UTC)).walk
    urgent = a_programme(a_patient(clinic), clinician, starts_on=days_ago(10))
    flaring = a_programme(a_patient(clinic), clinician, starts_on=days_ago(10))
    a_flare_plan(flaring, days_ago(1))
    warned = a_walk(urgent, days_ago(0), pain=8, new_symptoms=("chest_pain",), now=datetime.now(UTC)).walk
    draft = a_draft(a_patient(clinic), clinician)
    reviewer, manager = a_staff_member(clinic, Role.REVIEWER), a_staff_member(clinic, Role.MANAGER)
    limited = a_limited_record(clinic, clinician, reviewer)
    leaver = a_staff_member(clinic)
    cover = a_staff_member(clinic)
    leave = Leave(days_ago(0), days_ago(-3))
    absence = plan_absence(member=clinician, cover=cover, leave=leave, by=manager, now=datetime.now(UTC))
    hand_over(member=leaver, successor=clinician, by=manager, now=datetime.now(UTC), today=days_ago(0))
    past, going, kept = (ended(a_patient(clinic), days_ago(366 * 9)) for _each in range(3))
    decided(going, manager, now=datetime.now(UTC))
    decided(kept, manager, Decision.KEEP, keep_until=days_ago(-90), now=datetime.now(UTC))
    return {
        "past": past,
        "clinician": clinician,
        "steady": steady,
        "flaring": flaring,
        "walk": walk,
        "mine": mine,
        "sore": a_gap(steady.patient, "pain"),
        "away": a_gap(steady.patient, "away"),
        "urgent": urgent,
        "warned": warned,
        "draft": draft,
        "flagged": flagged,
        "template": template,
        "no plan": a_patient(clinic),
        "manager": manager,
        "limited": limited,
        "absence": absence,
    }


def a_limited_record(clinic, clinician, reviewer):
    """With a flag, and opened in an emergency by the reviewer."""
    limited = a_programme(
        a_patient(clinic, lead=clinician, reference="A-1"), clinician, starts_on=days_ago(9)
    )
    a_walk(limited, days_ago(0), pain=8, new_symptoms=("fever",), now=datetime.now(UTC))
    limit(limited.patient)
    open_in_emergency(
        patient_id=limited.patient_id,
        reason="The lead is away and pain is rising.",
        letter=DUTY_LETTER,
        by=reviewer,
        now=datetime.now(UTC),
    )
    return limited


def a_gap(patient, reason):
    why = WhyNot(uuid7(), Reason(reason))
    return tell_why_not(patient=patient, why=why, by=patient.user, now=datetime.now(UTC))


def staff_pages(people):
    item = ReviewItem.objects.filter(patient=people["flagged"].patient).get()
    safety = ReviewItem.objects.filter(patient=people["urgent"].patient).get()
    yield from ("/review/", "/review/?tab=done", f"/review/{item.pk}/", f"/review/{safety.pk}/", "/nowhere/")
    yield from ("/going-live/", "/data-requests/", f"/patients/{people['steady'].patient_id}/data/")
    yield f"/patients/{people['steady'].patient_id}/data/copy/"
    yield f"/patients/{people['steady'].patient_id}/thresholds/"
    yield from ("/away/", f"/away/{people['clinician'].pk}/plan/")
    yield from (f"/away/{people['absence'].pk}/{page}/" for page in ("cover", "end"))
    own = ("second-factor/", "second-factor/app/", "second-factor/passkey/", "second-factor/recovery-codes/")
    yield from (f"/staff/{page}" for page in (*own, "sessions/", "password/", "confirm/"))


def manager_pages(people):
    limited = ReviewItem.objects.get(patient=people["limited"].patient)
    yield from ("/audit/reads/", "/audit/changes/")
    yield from ("/review/", "/people/", "/people/emergencies/", "/people/limited/", "/emergency/")
    yield from ("/review-account/", "/thresholds/", f"/patients/{people['steady'].patient_id}/thresholds/")
    yield f"/people/{people['clinician'].pk}/leaving/"
    yield f"/people/{people['clinician'].pk}/patients/"
    yield from (
        f"/patients/{people['steady'].patient_id}/{page}/" for page in ("restriction", "hold", "light-mode")
    )
    yield from ("/retention/", f"/retention/{people['past'].pk}/")
    yield f"/people/leavers/{LeaverReport.objects.get().pk}/"
    yield from (f"/review/{limited.pk}/emergency/", f"/limit/{people['steady'].patient_id}/")


def builder_pages(people):
    programme = "/admin/programmes/programme/"
    yield from ("/admin/", programme, f"{programme}add/", f"{programme}{people['draft'].pk}/change/")
    yield from (f"{programme}{people['draft'].pk}/{step}/" for step in ("checklist", "assign", "discard"))
    yield f"{programme}{people['flagged'].pk}/change/"
    yield f"{programme}{people['flaring'].pk}/flare-up-over/"
    steps = (
        "pause",
        "resume",
        "end",
        "repeat",
        "step-back",
        "speed-up",
        "weeks",
        "swap",
        "copy",
        "keep",
        "flare-up",
    )
    yield from (f"{programme}{people['flagged'].pk}/{step}/" for step in steps)
    yield from (f"{programme}{people['flagged'].pk}/print/", f"{programme}{people['flagged'].pk}/show/")
    yield from ("/admin/patients/patient/", "/admin/patients/patient/add/", "/admin/programmes/walk/")
    patient = f"/admin/patients/patient/{people['steady'].patient_id}/"
    yield from (f"{patient}change/", f"{patient}discharge/")
    yield f"/admin/clinic/clinic/{people['clinician'].clinic_id}/suggestions/"
    texts = "/admin/programmes/patienttext/"
    yield from (texts, f"{texts}shoes/text/", f"{texts}before/text/")
    templates = "/admin/programmes/programmetemplate/"
    yield from (templates, f"{templates}shipped/", f"{templates}{people['template'].pk}/change/")


def flare_pages(people):
    """Of a patient in a flare-up plan."""
    flare = Overlay.objects.get(patient=people["flaring"].patient)
    yield from ("/today/", "/plan/", "/plan/flare-up/over/", f"/plan/flare-up/{flare.pk}/")


def patient_pages(people):
    yield from ("/plan/repeat/", "/plan/flare-up/")
    yield from (
        "/privacy/first/",
        "/privacy/",
        "/your-data/",
        "/your-data/seen/",
        "/your-data/copy/",
        "/signed-in/",
    )
    yield from (
        "/today/",
        "/walks/new/",
        "/plan/",
        "/plan/print/",
        "/progress/",
        "/settings/questions/",
        "/learn/",
        "/week/",
        "/learn/11/",
        "/set-up/units/",
        "/set-up/days/",
        "/set-up/reminders/",
        "/set-up/before-you-start/",
        "/settings/",
        f"/reminders/stop/{stop_token(people['walk'].clinic_id, people['walk'].pk)}/",
        f"/walks/{people['walk'].pk}/saved/",
        f"/walks/{people['mine'].pk}/change/",
        f"/walks/{people['mine'].pk}/take-back/",
        "/walks/timer/",
        "/call-me/",
        "/walks/catch-up/",
        "/not-walking/",
        f"/not-walking/{people['sore'].pk}/",
        f"/not-walking/{people['away'].pk}/",
    )


def cookie_of(client: Client, web: str) -> dict[str, str]:
    return {"name": "session", "value": client.cookies["session"].value, "url": web}


def problems(page: Page, modes=MODES, *, serious_only: bool = False) -> list[str]:
    """Of the page that is open, in each mode. A test asks modes of colour for colours, a figure for all."""
    refused = page.evaluate("window.refused || []")  # before axe, which itself tries a style element
    page.evaluate(AXE)
    found = []
    for mode, (size, colours) in modes.items():
        page.set_viewport_size(size)
        page.emulate_media(**LIGHT | colours)
        wanted = OF_COLOUR if colours and RECORD not in os.environ else RULES
        kind = "rule" if wanted is OF_COLOUR else "tag"
        seen = page.evaluate(RUN, {"type": kind, "values": wanted})
        if page.evaluate(WIDER_THAN_THE_SCREEN):
            seen.append("wider than the screen (serious)")
        found += [f"{page.url}, {mode}: {line}" for line in seen]
    if serious_only:
        found = [line for line in found if "(serious)" in line or "(critical)" in line]
    return found + [f"{page.url}: {line}" for line in refused]


def a_context(browser: Browser, web: str, client: Client | None) -> BrowserContext:
    context = browser.new_context()
    context.add_init_script(WATCH)
    if client is not None:
        context.add_cookies([cookie_of(client, web)])
    return context


def in_every_mode(browser: Browser, web: str, paths, client: Client | None, **options) -> list[str]:
    context = a_context(browser, web, client)
    page = context.new_page()
    found = []
    for path in paths:
        page.goto(web + path)
        found += problems(page, **options)
    context.close()
    return found


def count(name: str, found: list[str]) -> None:
    record(Figure(f"axe and CSP: problems on {name}", len(found), "== 0"))
    assert found == [], "\n".join(found)


def test_pages_of_visitors(browser, web):
    paths = [
        "/",
        "/sign-in/",
        "/sign-in/code/",
        "/sign-in/letter/",
        "/sign-in/link/none/",
        "/signed-out/",
        "/staff/password/forgotten/",
        "/staff/password/link/no-such-link/",
        "/privacy/",
        "/staff/sign-in/",
        "/demo/mailbox/",
        "/nowhere/",
    ]
    count("visitors' pages", in_every_mode(browser, web, paths, None))


def test_pages_of_patients(browser, web, people):
    visits = (
        (people["steady"].patient, list(patient_pages(people))),
        (people["urgent"].patient, ["/today/", f"/walks/{people['warned'].pk}/saved/"]),
        (people["flaring"].patient, list(flare_pages(people))),
        (people["no plan"], ["/today/", "/progress/"]),
    )
    found = []
    for patient, paths in visits:
        client = sign_in_patient(Client(), patient)
        found += in_every_mode(browser, web, paths, client, modes=NOT_ON_THE_SHEET)
    count("patients' pages", found)


def test_forms_with_errors(browser, web, people):
    context = a_context(browser, web, sign_in_patient(Client(), people["steady"].patient))
    page = context.new_page()
    page.goto(f"{web}/walks/new/")
    page.get_by_role("button", name="Save walk").click()
    expect(page).to_have_title(re.compile("^Error:"))
    found = problems(page)
    context.close()
    count("the walk form with errors", found)


def test_pages_of_staff(browser, web, people):
    client = sign_in_staff(Client(), people["clinician"])
    count("staff pages", in_every_mode(browser, web, list(staff_pages(people)), client, modes=OF_STAFF))


def test_pages_of_managers(browser, web, people):
    client = sign_in_staff(Client(), people["manager"])
    found = in_every_mode(browser, web, list(manager_pages(people)), client, modes=OF_STAFF)
    client = sign_in_staff(Client(), people["clinician"])
    found += in_every_mode(browser, web, ["/emergency/", f"/limit/{people['steady'].patient_id}/"], client)
    count("managers' pages and limited records", found)


def test_builder_and_records_in_the_admin(browser, web, people):
    client = sign_in_staff(Client(), people["clinician"])
    count(
        "admin pages (serious or critical)",
        in_every_mode(browser, web, list(builder_pages(people)), client, modes=OF_STAFF, serious_only=True),
    )


def test_the_link_and_the_printed_letter(browser, web, people):
    Client().post("/sign-in/", {"email": people["steady"].patient.user.email})
    link = re.search(r"/sign-in/link/[\w-]+/", OutboxMessage.objects.latest("pk").body).group()
    reader = a_patient(people["clinician"].clinic, user=None, date_of_birth=date(1956, 3, 31))
    desk = sign_in_staff(Client(), people["clinician"])
    record_page = f"/admin/patients/patient/{reader.pk}/"
    found = in_every_mode(browser, web, [link], None)
    found += in_every_mode(
        browser, web, [f"{record_page}letter/", f"{record_page}sign-out/"], desk, serious_only=True
    )
    context = a_context(browser, web, desk)
    page = context.new_page()
    page.goto(f"{web}{record_page}letter/")
    page.get_by_role("button", name="Make the letter").click()
    found += problems(page)
    context.close()
    count("the link and the printed letter", found)
