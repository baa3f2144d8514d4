"""Guessing passwords: slower and slower, for a stranger; never for a browser that knows the login."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import Guesses
from clinic.services.guessing import TooManyGuesses, counter, give_back, take_guess
from tests.factories import NOON, PASSWORD, a_clinic, a_patient, a_staff_member
from tests.second_factors import App
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
SIGN_IN, STEP = "/staff/sign-in/", "/staff/sign-in/second-step/"
NOT_NOW = [
    "There were too many tries. Wait a quarter of an hour, or use a computer you have signed in on before."
]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def guess(client, email, password="not-the-password", **where):
    return client.post(SIGN_IN, {"username": email, "password": password}, **where)


def said(response):
    return list(response.context["form"].non_field_errors())


def test_delays_double_up_to_a_quarter_of_an_hour():
    one, now, seen = counter("account", "ada"), NOON, []
    for _guess in range(18):
        take_guess(one, now=now)
        free = Guesses.objects.get(key=one.key).free_at
        seen.append(int((free - now).total_seconds()))
        now = free
    assert seen == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_too_early_is_refused_and_not_counted():
    one = counter("account", "ada")
    for _guess in range(5):
        take_guess(one, now=NOON)
    for _guess in range(3):
        with pytest.raises(TooManyGuesses):
            take_guess(one, now=NOON)
    take_guess(one, now=NOON + timedelta(seconds=1))


def test_a_day_without_a_guess_forgets():
    one = counter("account", "ada")
    for second in range(5):
        take_guess(one, now=NOON + timedelta(seconds=second))
    later = NOON + timedelta(hours=25)
    for _guess in range(4):
        take_guess(one, now=later)


def test_a_right_guess_is_none():
    one = counter("account", "ada")
    for _guess in range(20):
        take_guess(one, now=NOON)
        give_back(one, now=NOON)
    take_guess(one, now=NOON)


def test_a_stranger_with_the_right_password_waits_too(client):
    user = a_staff_member(a_clinic()).user
    for _guess in range(5):
        guess(client, user.email)
    response = guess(client, user.email, PASSWORD)
    assert (response.status_code, said(response)) == (422, NOT_NOW)


def test_an_unknown_address_waits_the_same_way(client):
    answers = [guess(client, "nobody@clinic.example") for _guess in range(6)]
    assert said(answers[-1]) == NOT_NOW


def test_many_addresses_from_one_network_wait(client):
    answers = [
        guess(client, f"nobody{number}@clinic.example", REMOTE_ADDR=f"203.0.113.{number}")
        for number in range(31)
    ]
    assert (said(answers[29]) == NOT_NOW, said(answers[30]) == NOT_NOW) == (False, True)


def test_another_network_does_not_wait_for_it(client):
    for number in range(31):
        guess(client, f"nobody{number}@clinic.example", REMOTE_ADDR="203.0.113.9")
    other = guess(client, "nobody@clinic.example", REMOTE_ADDR="198.51.100.9")
    assert said(other) != NOT_NOW


def test_a_known_device_gets_in_while_strangers_guess(client, noon):
    user = a_staff_member(a_clinic()).user
    app = App.of(user, NOON)
    guess(client, user.email, PASSWORD)
    client.post(STEP, {"code": app.code(NOON)})
    client.post("/staff/sign-out/")
    stranger = type(client)()
    for _guess in range(40):
        guess(stranger, user.email)
    noon.shift(timedelta(minutes=1))
    guess(client, user.email, PASSWORD)
    response = client.post(STEP, {"code": app.code(NOON + timedelta(minutes=1))})
    assert response["Location"] == "/review/"


def test_a_known_device_guesses_no_more_freely_than_eight_times(client):
    user = a_staff_member(a_clinic()).user
    app = App.of(user, NOON)
    guess(client, user.email, PASSWORD)
    client.post(STEP, {"code": app.code(NOON)})
    client.post("/staff/sign-out/")
    answers = [guess(client, user.email) for _guess in range(9)]
    assert [said(answer) == NOT_NOW for answer in answers[-2:]] == [False, True]


def statements(client, email, password="not-the-password"):
    with CaptureQueriesContext(connection) as captured:
        response = guess(client, email, password)
    body = response.content.decode().replace(email, "ADDRESS")
    shapes = [query["sql"].split("VALUES")[0].split("WHERE")[0] for query in captured.captured_queries]
    shapes = [re.sub("'[0-9a-f]{32}'", "'REQUEST'", shape) for shape in shapes]
    return response.status_code, [one for one in shapes if "SAVEPOINT" not in one], _without_tokens(body)


def _without_tokens(body):
    return [line for line in body.splitlines() if "csrfmiddlewaretoken" not in line]


def test_known_unknown_and_patients_addresses_answer_and_cost_the_same():
    clinic = a_clinic()
    staff, patient = a_staff_member(clinic).user, a_patient(clinic).user
    former = a_staff_member(clinic, is_active=False).user
    seen = [
        statements(Client(), email)
        for email in (staff.email, patient.email, former.email, "nobody@clinic.example")
    ]
    assert seen[1:] == seen[:1] * 3


def test_in_an_open_session_throwing_the_devices_cookie_away_wins_no_guesses(client):
    sign_in_staff(client, a_staff_member(a_clinic()))
    answers = []
    for _guess in range(9):
        client.cookies.pop("devices", None)
        answers.append(client.post("/staff/confirm/", {"password": "not-the-password"}))
    waits = [list(answer.context["form"].errors["password"]) == NOT_NOW for answer in answers]
    assert waits == [False] * 8 + [True]
