"""The promises S10 to S14 for staff, measured: `make figures ONLY=trust` prints what these tests record."""

import os
import statistics
import time
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from clinic.devices import Device
from clinic.middleware.sessions import STAFF_SESSION
from clinic.models import UserSession
from clinic.services.guessing import TooManyGuesses
from clinic.services.second_factor import WrongCode, pass_code
from clinic.services.signing_in import WrongPassword, check_password
from tests.factories import NOON, PASSWORD, a_clinic, a_staff_member
from tests.figures import RECORD, Figure, record
from tests.second_factors import App, recovery_codes_of

pytestmark = pytest.mark.django_db
SIGN_IN, STEP = "/staff/sign-in/", "/staff/sign-in/second-step/"


def a_user():
    return a_staff_member(a_clinic()).user


def complete(client, user, app, now):
    client.post(SIGN_IN, {"username": user.email, "password": PASSWORD})
    return client.post(STEP, {"code": app.code(now)})


def guess(user, password, network, now):
    """Whether a stranger got past the password."""
    try:
        check_password(email=user.email, password=password, device=a_stranger(), network=network, now=now)
    except (WrongPassword, TooManyGuesses):
        return False
    return True


def a_stranger():
    request = type("Request", (), {"COOKIES": {}})()
    return Device.of(request)


def test_s10_no_session_key_survives_a_step():
    """Fixation: a key that somebody planted before sign-in, or saw between the steps, opens nothing after."""
    user, reused = a_user(), 0
    app = App.of(user, NOON)
    for attempt in range(20):
        now = NOON + timedelta(minutes=attempt)
        with time_machine.travel(now, tick=False):
            client = Client()
            client.post("/sign-in/", {"email": "planted@mail.example"})
            keys = [client.cookies["session"].value]
            client.post(SIGN_IN, {"username": user.email, "password": PASSWORD})
            keys.append(client.cookies["session"].value)
            client.post(STEP, {"code": app.code(now)})
            assert client.session[STAFF_SESSION] is True
            keys.append(client.cookies["session"].value)
            for old in keys[:2]:
                thief = Client()
                thief.cookies["session"] = old
                reused += thief.get("/review/").status_code == 200
            assert len(set(keys)) == 3
    record(Figure("staff: session keys that outlive a step of signing in, of 40", reused, "== 0"))
    assert reused == 0


def test_s12_thousands_of_guesses_and_the_owner_still_gets_in():
    """One guess a second from 250 networks: few are looked at, and a known device waits for none of them.

    10,000 where figures are taken, else 2,000. The right password is the 200th to be tried, and again every
    200th: what a list of likely ones would do.
    """
    user = a_user()
    app = App.of(user, NOON)
    owner = Client()
    with time_machine.travel(NOON, tick=False):
        complete(owner, user, app, NOON)
        owner.post("/staff/sign-out/")
    passed, guesses = 0, 10_000 if RECORD in os.environ else 2_000
    for number in range(guesses):
        now = NOON + timedelta(seconds=number)
        right = number % 200 == 199
        word = PASSWORD if right else f"guess-{sha256(str(number).encode()).hexdigest()}"
        passed += guess(user, word, f"203.0.{number % 250}.0/24", now)
    after = NOON + timedelta(seconds=guesses)
    with time_machine.travel(after, tick=False):
        answer = complete(owner, user, app, after)
    record(Figure(f"staff: guesses that passed the password, of {guesses:,}", passed, "== 0"))
    locked_out = int(answer["Location"] != "/review/")
    record(Figure("staff: owner locked out on a known device meanwhile", locked_out, "== 0"))
    assert (passed, answer["Location"]) == (0, "/review/")


def test_s13_the_time_does_not_tell_a_known_from_an_unknown_address(settings):
    """Medians of 1,000 tries (FULL=1; else 200) with production's hasher, known and unknown in turns."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    tries = (500 if os.environ.get("FULL") == "1" else 100) if RECORD in os.environ else 2
    known = a_user()
    assert known.password.split("$")[1] == str(PBKDF2PasswordHasher.iterations)
    spent = {"known": [], "unknown": []}
    for number in range(tries):
        now = NOON + timedelta(hours=number)
        for name, email in (("known", known.email), ("unknown", f"nobody{number}@clinic.example")):
            began = time.perf_counter()
            with pytest.raises(WrongPassword):
                check_password(email=email, password="x", device=a_stranger(), network=str(number), now=now)
            spent[name].append(time.perf_counter() - began)
    apart = abs(statistics.median(spent["known"]) - statistics.median(spent["unknown"])) * 1000
    record(Figure(f"staff: known v unknown address, medians of {2 * tries} tries apart", apart, "<= 5 ms"))


def test_s14_no_code_opens_twice():
    user, again, recovered = a_user(), 0, 0
    app = App.of(user, NOON)
    codes = recovery_codes_of(user, NOON)
    for minute in range(50):
        now = NOON + timedelta(minutes=minute)
        assert pass_code(user=user, code=app.code(now), browser=str(minute), now=now) == "totp"
        again += passes_again(user, app.code(now), now, minute)
    for number, code in enumerate(codes):
        now = NOON + timedelta(hours=2, minutes=number)
        assert pass_code(user=user, code=code, browser=f"r{number}", now=now) == "recovery_codes"
        recovered += passes_again(user, code, now, f"r{number}")
    record(Figure("staff: codes of an app that opened twice, of 50", again, "== 0"))
    record(Figure("staff: recovery codes that opened twice, of 10", recovered, "== 0"))
    assert (again, recovered, UserSession.objects.count()) == (0, 0, 0)


def passes_again(user, code, now, browser):
    try:
        pass_code(user=user, code=code, browser=str(browser), now=now + timedelta(seconds=1))
    except WrongCode:
        return 0
    return 1
