"""A patient presses both buttons on a phone of 320 px, without JavaScript and without typing anything."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page

from programmes.models import Overlay
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SMALLEST = 44  # px, of what is pressed on a patient's page


@pytest.fixture
def patient():
    clinic = a_clinic()
    start = datetime.now(UTC).date() - timedelta(days=8)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=start, minutes=20)
    for days in (0, 2, 4):
        a_walk(programme, start + timedelta(days=days), minutes=20)
    return programme.patient


def too_small(page: Page) -> list[str]:
    controls = page.locator("main a.button, main button, main .tile, main label.choice")
    boxes = [(each.inner_text(), each.bounding_box()) for each in controls.all()]
    return [said for said, box in boxes if box and min(box["width"], box["height"]) < SMALLEST]


def test_a_patient_repeats_a_week_and_goes_through_a_flare_up_plan(phone, web, patient):
    cookie = sign_in_patient(Client(), patient).cookies["session"].value
    phone.context.add_cookies([{"name": "session", "value": cookie, "url": web}])
    small = []
    phone.goto(f"{web}/today/")
    small += too_small(phone)
    phone.get_by_role("link", name="Repeat this week").click()
    small += too_small(phone)
    phone.get_by_role("button", name="Yes, repeat this week").click()
    assert "You asked for this week again." in phone.inner_text("main")
    phone.get_by_role("link", name="My back has flared up").click()
    phone.get_by_role("radio", name="6", exact=True).check()
    phone.get_by_role("checkbox", name="None of these").check()
    small += too_small(phone)
    phone.get_by_role("button", name="Send my answers").click()
    assert "For 3 days: 10 minutes a day." in phone.inner_text("main")
    small += too_small(phone)
    phone.get_by_role("link", name="Back to Today").click()
    phone.get_by_role("link", name="My flare-up is over").click()
    phone.get_by_role("button", name="Yes, it is over").click()
    assert "Your flare-up plan has ended." in phone.inner_text("main")
    assert Overlay.objects.filter(patient=patient).count() == 2
    record(Figure("controls under 44 px on the pages of what patients press", len(small), "== 0"))
    assert small == []
