"""Back after saving: the browser fills the form again, and one walk stays one walk."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from programmes.models import Walk
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FIRST_QUESTIONS = {"minutes": "15", "pain_before": "3", "pain_after": "3"}


@pytest.fixture
def on_form(phone: Page, web: str) -> Page:
    """A patient in the third week of a plan, on the walk form."""
    clinic = a_clinic()
    started = datetime.now(UTC).date() - timedelta(days=14)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=started)
    client = sign_in_patient(Client(), programme.patient)
    phone.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": web}])
    phone.goto(f"{web}/walks/new/")
    return phone


def save(page: Page) -> None:
    page.get_by_role("button", name="Save walk").click()


def fill_and_save(page: Page) -> None:
    for name, value in FIRST_QUESTIONS.items():
        page.locator(f"input[name={name}][value='{value}']").check()
    page.get_by_text("Something new or worrying?").click()
    page.get_by_label("None of these").check()
    save(page)
    expect(page.get_by_text("Saved: 15 minutes")).to_be_visible()


def test_back_and_save_keeps_one_walk_until_the_patient_says_another(on_form):
    fill_and_save(on_form)
    on_form.go_back()
    assert on_form.locator("input[type=radio]:checked").count() == len(FIRST_QUESTIONS)
    save(on_form)
    expect(on_form.get_by_text("This walk was saved already.")).to_be_visible()
    assert Walk.objects.count() == 1
    save(on_form)
    expect(on_form.get_by_text("Saved: 15 minutes")).to_be_visible()
    assert Walk.objects.count() == 2
