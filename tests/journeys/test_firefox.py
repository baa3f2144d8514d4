"""The patient's day in Debian's Firefox, with JavaScript: the other engine on phones and old computers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page

from clinic.models import OutboxMessage
from programmes.models import Walk
from tests.factories import a_clinic, a_patient, a_programme, a_set_up, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.journeys.firefox import Fox, firefox
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fox(tmp_path):
    with firefox(tmp_path) as fox:
        yield fox


@pytest.fixture
def patient():
    """In the second week, with a walk yesterday."""
    clinic = a_clinic()
    now = datetime.now(UTC)
    start = now.date() - timedelta(days=8)
    programme = a_programme(a_patient(clinic, given_name="Quill"), a_staff_member(clinic), starts_on=start)
    a_set_up(programme.patient)
    a_walk(programme, now.date() - timedelta(days=1), new_symptoms=(), now=now - timedelta(days=1))
    return programme.patient


def sign_in(fox: Fox, web: str, address: str) -> None:
    """By the code, which waits in the outbox: nobody sends mail here."""
    fox.go(f"{web}/sign-in/")
    fox.fill("[name=email]", address)
    fox.press("Send me a code")
    mail = OutboxMessage.objects.filter(to_address=address, kind="sign-in-code").latest("pk")
    fox.fill("[name=code]", re.search(r"code is (\d{6})", mail.body).group(1))
    fox.press("Open my pages")
    fox.press("I have read this")


def is_signed_in(patient) -> dict[str, str]:
    """The cookie of a session that is open."""
    return {"name": "session", "value": sign_in_patient(Client(), patient).cookies["session"].value}


def log_a_walk(fox: Fox, web: str) -> None:
    fox.go(f"{web}/today/")
    fox.press("Log a walk")
    for name, value in (("minutes", "15"), ("pain_before", "3"), ("pain_after", "2")):
        fox.choose(name, value)
    fox.press("Save walk")


def test_a_patients_day_in_firefox(fox, web, patient):
    sign_in(fox, web, patient.user.email)
    log_a_walk(fox, web)
    fox.see("Saved: 15 minutes")
    fox.press("Change this walk")
    fox.choose("minutes", "20")
    fox.press("Save the change")
    fox.see("20 minutes")
    fox.go(f"{web}/walks/timer/")
    fox.press("Start a timer")
    fox.see("00:01")
    fox.press("I have finished my walk")
    fox.see("Your timer says 1 minute.")
    record(Figure("journey steps that Firefox could not take", 0, "== 0"))
    assert Walk.objects.valid().latest("received_at").minutes == 20


def test_after_signing_out_back_shows_nothing_personal_in_firefox(fox, web, patient):
    fox.go(f"{web}/healthz/live")
    fox.driver.add_cookie({**is_signed_in(patient), "path": "/"})
    for path in ("/today/", "/progress/", "/your-data/"):
        fox.go(web + path)
        fox.see("Quill")
    fox.run("document.querySelector('.site-footer form button').click()")
    fox.see("You are signed out")
    shown = []
    for _page in range(3):
        fox.back()
        shown.append(fox.text)
    assert [text for text in shown if "Quill" in text] == []


def test_after_signing_out_back_shows_nothing_personal_in_chromium(desktop: Page, web, patient):
    desktop.context.add_cookies([{**is_signed_in(patient), "url": web}])
    for path in ("/today/", "/progress/", "/your-data/"):
        desktop.goto(web + path)
    assert "Quill" in desktop.inner_text("body")
    desktop.get_by_role("button", name="Sign out").click()
    desktop.wait_for_url("**/signed-out/*")
    shown = []
    for _page in range(3):
        desktop.go_back()
        shown.append(desktop.inner_text("body"))
    assert [text for text in shown if "Quill" in text] == []
