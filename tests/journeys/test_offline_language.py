"""The page without signal speaks the language of the pages around it, on each phone and after a change."""

from datetime import date

import pytest
from playwright.sync_api import expect

from clinic.services.languages import Approver, record_approval
from patients.models import Patient
from tests.factories import NOON, a_clinic
from tests.journeys.phones import a_phone, until
from tests.journeys.test_offline import on_a_plan, web, without_signal  # noqa: F401

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
READER = Approver("Zofia Lis", "KIF 12345", date(2026, 11, 20))
CACHED = """caches.match('/offline/').then((page) => page.text())
  .then((text) => text.includes('<html lang="%s"'))"""


@pytest.fixture
def patient():
    """Of a clinic that offers Polish."""
    record_approval(language="pl", approver=READER, by=None, now=NOON)
    return on_a_plan(a_clinic(languages=["pl"]))


def test_after_a_change_of_language_the_page_without_signal_changes_too(browser, web, patient):  # noqa: F811
    phone = a_phone(browser, web, patient)
    until(phone, CACHED % "en-gb")
    phone.goto(f"{web}/language/")
    phone.locator("#id_language_pl").check(force=True)
    phone.locator("main form button").first.click()
    until(phone, CACHED % "pl")
    without_signal(phone, web)
    expect(phone.locator("html")).to_have_attribute("lang", "pl")
    phone.context.close()


def test_on_a_new_phone_it_speaks_the_language_of_the_record(browser, web, patient):  # noqa: F811
    """No cookie of this browser says so."""
    Patient.objects.filter(pk=patient.pk).update(language="pl")
    phone = a_phone(browser, web, patient)
    until(phone, CACHED % "pl")
    phone.context.close()
