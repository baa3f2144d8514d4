"""How much a clinician clicks and types, in a real browser: every page without JavaScript, then with it."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page

from programmes.models import Programme, ProgrammeRevision
from tests.factories import a_clinic, a_patient, a_staff_member, a_template
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


class Hand:
    """Counts what a hand does: each click, and each character typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.typed = page, 0, 0

    def click(self, name: str, role: str = "button") -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name).first.click()

    def choose(self, label: str) -> None:
        self.clicks += 1
        self.page.get_by_label(re.compile(label)).check()

    def type(self, label: str, text: str) -> None:
        """Clicks into the field, then types."""
        self.clicks += 1
        self.typed += len(text)
        self.page.get_by_label(re.compile(label)).fill(text)


@pytest.mark.parametrize("javascript", [False, True], ids=["without", "with"])
def test_from_the_patients_page_to_an_assigned_programme(browser, web, javascript):
    clinician = a_staff_member(a_clinic())
    a_template(clinician.clinic)
    patient = a_patient(clinician.clinic)
    cookies = sign_in_staff(Client(), clinician).cookies
    context = browser.new_context(java_script_enabled=javascript, locale="en-GB")
    context.add_cookies([{"name": "session", "value": cookies["session"].value, "url": web}])
    page = context.new_page()
    hand = Hand(page)
    page.goto(f"{web}/admin/patients/patient/{patient.pk}/change/")
    hand.click("New programme", "link")
    hand.choose("Steady build")
    hand.type("Comfortable walk now", "12")
    hand.click("Generate the weeks")
    hand.click("Save and assign")
    hand.choose("none applies")
    hand.click("Keep the checklist")
    hand.click("Assign to patient")
    page.get_by_text("The patient sees this plan now.").wait_for()
    assert Programme.objects.running().get().patient_id == patient.pk
    word = "with JavaScript" if javascript else "without JavaScript"
    record(Figure(f"clicks from the patient's page to assigned, {word}", hand.clicks, "<= 12 clicks"))
    record(Figure(f"characters typed on the way, {word}", hand.typed, "<= 20 characters"))
    assert (hand.clicks <= 12, hand.typed <= 20) == (True, True)

    hand = Hand(page)
    hand.click("Repeat this week", "link")
    hand.choose("Sore or in more pain")
    hand.click("Repeat this week")
    page.get_by_text("The week is repeated.").wait_for()
    assert ProgrammeRevision.objects.filter(change="repeated").count() == 1
    record(Figure(f"clicks to repeat this week, {word}", hand.clicks, "<= 4 clicks"))
    assert hand.clicks <= 4
    context.close()
