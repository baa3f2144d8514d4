"""Every page and form of a patient in a browser that runs no script: from setting up to signing out.

What needs scripts, logging without signal and the running seconds of the timer, has its own journeys.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clinic.models import OutboxMessage
from clinic.services.languages import Approver, record_approval
from patients.models import Patient
from patients.services.letters import print_letter
from programmes.models import Fall, Flag, NotWalking, Pause, SetUp, Walk
from programmes.services.light_mode import set_light_mode
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def patient():
    """In the second week of a plan; has answered nothing yet, and may choose light mode and Polish."""
    reader = Approver("Zofia Lis", "KIF 12345", date(2026, 11, 20))
    record_approval(language="pl", approver=reader, by=None, now=datetime.now(UTC))
    clinic = a_clinic(languages=["pl"])
    clinician = a_staff_member(clinic)
    patient = a_patient(clinic, given_name="June", phone="01632 960 111")
    a_programme(patient, clinician, starts_on=datetime.now(UTC).date() - timedelta(days=8), minutes=15)
    set_light_mode(
        patient=patient,
        is_on=False,
        patient_may_choose=True,
        reason="asked",
        by=clinician,
        now=datetime.now(UTC),
    )
    return patient


@pytest.fixture
def visit(phone: Page, web: str, patient) -> "Visit":
    return Visit(phone, web, patient)


class Visit:
    """The patient's phone: what is opened, chosen and pressed."""

    def __init__(self, page: Page, web: str, patient: Any) -> None:
        self.page, self.web, self.patient = page, web, patient
        page.set_default_timeout(10_000)

    def open(self, path: str) -> None:
        answer = self.page.goto(self.web + path)
        assert getattr(answer, "status", None) == 200, path

    def choose(self, **answers: str) -> None:
        """Radios and boxes, by name and value."""
        for name, value in answers.items():
            self.page.locator(f"input[name='{name}'][value='{value}']").check()

    def press(self, button: str, heading: str) -> None:
        """And come to the page with this heading."""
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()

    def follow(self, link: str, heading: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()

    def newest(self, model: Any) -> Any:
        return model.objects.filter(patient=self.patient).latest("pk")

    def type_the_mailed_code(self) -> None:
        mail = OutboxMessage.objects.filter(to_address=self.patient.user.email).latest("pk").body
        self.page.locator("input[name=code]").fill(next(word for word in mail.split() if word.isdigit()))


def sign_in_by_code(visit: Visit) -> None:
    visit.open("/sign-in/")
    visit.page.locator("input[name=email]").fill(visit.patient.user.email)
    visit.press("Send me a code", "Enter your code")
    visit.type_the_mailed_code()
    visit.page.get_by_role("button", name="Open my pages").click()
    visit.page.wait_for_url("**/privacy/first/")


def privacy(visit: Visit) -> None:
    visit.open("/privacy/first/")
    visit.press("I have read this", "In which language do you read?")


def language(visit: Visit) -> None:
    for chosen in ("pl", "en-gb"):
        visit.open("/language/")
        visit.choose(language=chosen)
        visit.page.locator("main form button").first.click()
        expect(visit.page.locator("html")).to_have_attribute("lang", chosen)


def set_up(visit: Visit) -> None:
    visit.open("/set-up/")
    visit.choose(units="km")
    visit.press("Save and go on", "When do you want to walk?")
    visit.choose(days="1")
    visit.page.get_by_label("About what time?").select_option("17:30")
    visit.press("Save and go on", "Do you want reminders?")
    visit.choose(wish="walking-days")
    visit.press("Save and go on", "Before you start")
    visit.page.locator("input[name=read]").check()
    visit.press("Save and go on", "Settings")
    assert visit.newest(SetUp).wish == "walking-days"


def log_a_walk(visit: Visit) -> None:
    """With the safety list on the page after it, and a form that is refused before."""
    visit.open("/today/")
    visit.follow("Log a walk", "Log a walk")
    visit.press("Save walk", "There is a problem")
    visit.choose(minutes="15", pain_before="4", pain_after="3", fall=Fall.NONE.value)
    visit.press("Save walk", "One more question")
    visit.choose(symptoms="none")
    visit.page.get_by_role("button", name="Send my answer").click()
    visit.page.wait_for_url("**/saved/")
    assert (visit.newest(Walk).minutes, visit.newest(Walk).new_symptoms) == (15, [])


def change_it(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Change this walk").click()
    visit.choose(minutes="20")
    visit.page.get_by_role("button", name="Save the change").click()
    visit.page.wait_for_url("**/saved/")
    assert visit.newest(Walk).minutes == 20


def take_it_back(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Change this walk").click()
    visit.follow("I did not walk this walk", "Did you not walk this walk?")
    visit.page.get_by_role("button", name="No, I did not walk it").click()
    visit.page.wait_for_url("**/today/")
    assert [walk.entered_in_error for walk in Walk.objects.all()] == [True] * Walk.objects.count()


def timer(visit: Visit) -> None:
    visit.open("/today/")
    visit.page.get_by_role("button", name="Start a timer").click()
    expect(visit.page.get_by_role("heading", name="Your timer is running")).to_be_visible()
    visit.press("I have finished my walk", "Log a walk")


def catch_up(visit: Visit) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    visit.open("/walks/catch-up/")
    for what, value in (("amount", "15"), ("before", "3"), ("after", "2")):
        visit.page.locator(f"select[name='{what}_{yesterday}']").select_option(value)
    visit.choose(symptoms="none")  # the walk with the last answer was taken back
    visit.page.get_by_role("button", name="Save these walks").click()
    visit.page.wait_for_url("**/today/")
    assert visit.newest(Walk).walked_on == yesterday


def not_walking(visit: Visit) -> None:
    visit.open("/not-walking/")
    visit.choose(reason="time")
    visit.page.get_by_role("button", name="Tell my team").click()
    expect(visit.page.get_by_text("Saved. Your physio team can see it.")).to_be_visible()
    visit.open("/not-walking/")
    visit.choose(reason="pain")
    visit.press("Tell my team", "How is your back?")
    visit.choose(pain_now="6", symptoms="none")
    visit.page.get_by_role("button", name="Send my answers").click()
    expect(visit.page.get_by_role("button", name="Start my flare-up plan")).to_be_visible()
    assert NotWalking.objects.filter(patient=visit.patient).count() == 2


def rest_until_a_day(visit: Visit) -> None:
    visit.open("/not-walking/")
    visit.choose(reason="away")
    visit.page.get_by_role("button", name="Tell my team").click()
    visit.page.locator("select[name=until_on]").select_option(index=3)
    visit.page.get_by_role("button", name="Let my plan rest").click()
    expect(visit.page.get_by_role("heading", name="Your plan is paused")).to_be_visible()
    assert Pause.objects.filter(programme__patient=visit.patient).count() == 1
    visit.page.get_by_role("button", name="I am back: my plan goes on").click()
    expect(visit.page.get_by_role("heading", name="Your plan is paused")).to_have_count(0)


def flare_up(visit: Visit) -> None:
    visit.open("/plan/flare-up/")
    visit.choose(pain_now="6", symptoms="none")
    visit.page.get_by_role("button", name="Send my answers").click()
    visit.page.wait_for_url("**/plan/flare-up/*/")
    visit.open("/plan/flare-up/over/")
    visit.page.locator("main form button").first.click()
    expect(visit.page.get_by_text("Your flare-up plan has ended.")).to_be_visible()


def the_week_again(visit: Visit) -> None:
    visit.open("/plan/repeat/")
    visit.page.get_by_role("button", name="Yes, repeat this week").click()
    visit.page.wait_for_url("**/today/")
    visit.open("/plan/repeat/")
    visit.page.locator("main form button").first.click()
    visit.page.wait_for_url("**/today/")


def plan_and_progress(visit: Visit) -> None:
    visit.open("/plan/")
    visit.open("/plan/print/")
    visit.open("/week/")
    visit.open("/progress/")
    for each in visit.page.get_by_text("Show as a table").all():
        each.click()
    assert [each.is_visible() for each in visit.page.locator("main table").all()] == [True, True]


def learn(visit: Visit) -> None:
    visit.open("/learn/")
    visit.follow("How to start", "How to start")


def a_warning_sign(visit: Visit) -> None:
    visit.open("/walks/new/")
    visit.choose(minutes="15", pain_before="4", pain_after="4", fall=Fall.NONE.value)
    visit.page.get_by_text("Something new or worrying?").click()
    visit.choose(symptoms="chest_pain")
    visit.press("Save walk", "Call 999 now, or go to A&E")
    assert visit.newest(Flag).code == "SAFETY"
    visit.open("/today/")
    expect(visit.page.get_by_role("heading", name="Call 999 now, or go to A&E")).to_be_visible()


def settings(visit: Visit) -> None:
    visit.open("/set-up/units/")
    visit.choose(units="mi")
    visit.press("Save", "Settings")
    visit.open("/settings/questions/")
    visit.choose(questions="fewer")
    visit.press("Save", "Settings")
    visit.patient.refresh_from_db()
    assert visit.patient.units == "mi"


def call_me(visit: Visit) -> None:
    visit.open("/call-me/")
    visit.choose(can_wait="yes")
    visit.press("Please call me", "Please call me")
    expect(visit.page.get_by_text("you asked us to call you")).to_be_visible()


def own_data(visit: Visit) -> None:
    visit.open("/your-data/seen/")
    visit.open("/your-data/")
    visit.page.locator("select[name=kind]").select_option("correction")
    visit.page.locator("textarea[name=text]").fill("The plan says 15.")
    visit.press("Ask", "Your data")
    assert [copy(visit, what) for what in ("walks", "json", "everything")] == ["csv", "json", "zip"]


def copy(visit: Visit, what: str) -> str:
    """The ending of the file that comes."""
    visit.open("/your-data/")
    visit.press("Send me a code", "Take a copy")
    visit.type_the_mailed_code()
    visit.choose(what=what)
    with visit.page.expect_download() as file:
        visit.page.get_by_role("button", name="Get my copy").click()
    return file.value.suggested_filename.rpartition(".")[2]


def sign_out(visit: Visit) -> None:
    visit.open("/signed-in/")
    visit.press("Sign out", "You are signed out")
    visit.page.goto(f"{visit.web}/today/")
    assert "/sign-in/" in visit.page.url


def sign_in_by_letter(visit: Visit) -> None:
    """As a patient of the same clinic who reads no mail."""
    clinic = visit.patient.clinic
    reader = a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31))
    letter = print_letter(patient=reader, by=a_staff_member(clinic), now=datetime.now(UTC))
    visit.open("/sign-in/letter/")
    for name, typed in (("code", letter.code), ("day", "31"), ("month", "3"), ("year", "1956")):
        visit.page.locator(f"input[name={name}]").fill(typed)
    visit.page.get_by_role("button", name="Open my pages").click()
    visit.page.wait_for_url("**/privacy/first/")
    assert Patient.objects.get(pk=reader.pk).user is not None


STEPS: tuple[Callable[[Visit], None], ...] = (
    sign_in_by_code,
    privacy,
    language,
    set_up,
    log_a_walk,
    change_it,
    take_it_back,
    timer,
    catch_up,
    not_walking,
    rest_until_a_day,
    flare_up,
    the_week_again,
    plan_and_progress,
    learn,
    a_warning_sign,
    settings,
    call_me,
    own_data,
    sign_out,
    sign_in_by_letter,
)


def test_every_page_and_form_without_a_script(visit):
    for step in STEPS:
        step(visit)
    record(Figure("patients' tasks done with JavaScript off", len(STEPS), ">= 21"))
