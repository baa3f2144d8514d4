"""Strangers who guess and ask keep nobody out of a browser that the login was opened in before."""

import re

import pytest
from django.test import Client

from clinic.models import OutboxMessage
from clinic.services.logins import forget_devices
from patients.models import SignInCode


def ask(client, patient):
    return client.post("/sign-in/", {"email": patient.user.email})


def newest_code(patient):
    body = OutboxMessage.objects.filter(to_address=patient.user.email).latest("pk").body
    return re.search(r"code is (\d{6})", body).group(1)


def type_code(client, code):
    return client.post("/sign-in/code/", {"code": code})


@pytest.fixture
def known(patient):
    """A browser in which the patient was signed in, and signed out again."""
    browser = Client()
    ask(browser, patient)
    type_code(browser, newest_code(patient))
    browser.post("/sign-out/")
    return browser


@pytest.fixture
def strangers(known, patient):
    """They have used up every guess and every mail of the hour."""
    for _browser in range(6):
        browser = Client()
        for _code in range(4):
            ask(browser, patient)
        for _guess in range(5):
            type_code(browser, "no code")


def test_a_known_device_gets_in_while_strangers_guess(known, patient, strangers):
    ask(known, patient)
    assert type_code(known, newest_code(patient)).headers["Location"] == "/privacy/first/"


def test_a_stranger_with_the_right_code_does_not(patient, strangers):
    browser = Client()
    ask(browser, patient)
    SignInCode.objects.filter(used_at=None).update(attempts=0)
    assert type_code(browser, newest_code(patient)).status_code == 422


def test_a_known_device_has_25_guesses_an_hour_too(known, patient):
    for _code in range(6):
        ask(known, patient)
        for _guess in range(6):
            type_code(known, "no code")
    made = SignInCode.objects.filter(is_known=True).values_list("attempts", flat=True)
    assert sum(made) == 25


def test_a_device_signed_out_everywhere_is_a_stranger(known, patient, strangers):
    forget_devices(user=patient.user)
    ask(known, patient)
    assert type_code(known, newest_code(patient)).status_code == 422


def test_a_device_of_one_login_is_a_stranger_to_another(known, patient, clinic):
    SignInCode.objects.all().delete()
    known.post("/sign-in/", {"email": "nobody@mail.example"})
    ask(known, patient)
    assert SignInCode.objects.get().is_known
    forget_devices(user=patient.user)
    ask(known, patient)
    assert not SignInCode.objects.latest("pk").is_known
