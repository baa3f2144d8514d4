"""S10-S14 for patients: nothing is fixed, replayed, guessed, or told by the time that an answer takes.

`make figures ONLY=trust` takes the long forms; in the suite each count is small.
"""

import os
import random
import re
import time
from datetime import date, timedelta
from math import log2
from statistics import median

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.models import OutboxMessage, User
from patients.models import LetterCode, Patient, SignInCode
from patients.services.letters import LETTER_LIFETIME, print_letter
from patients.services.sign_in_codes import MAX_GUESSES_AN_HOUR, MAX_OPEN
from patients.tokens import LETTER_LENGTH, LETTER_SIGNS, letter_digest, new_letter_code
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.figures import RECORD, Figure, record

pytestmark = pytest.mark.django_db(transaction=True)
LONG = RECORD in os.environ
SCANS, GUESSES, REPLAYS, TRIES = (1_000, 10_000, 100, 1_000) if LONG else (20, 60, 5, 10)
BORN = {"day": "31", "month": "3", "year": "1956"}


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(transactional_db):
    return a_clinic()


@pytest.fixture
def patient(clinic):
    return a_patient(clinic)


@pytest.fixture
def letter(clinic):
    """The code of a printed letter."""
    reader = a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31))
    return print_letter(patient=reader, by=a_staff_member(clinic), now=timezone.now()).code


def ask(browser, email):
    return browser.post("/sign-in/", {"email": email})


def mailed(browser, patient):
    """Code and token of a mail that this browser asked for."""
    ask(browser, patient.user.email)
    body = OutboxMessage.objects.filter(to_address=patient.user.email).latest("pk").body
    return re.search(r"code is (\d{6})", body).group(1), re.search(r"/link/([\w-]+)/", body).group(1)


def by_code(browser, code):
    return browser.post("/sign-in/code/", {"code": code})


def by_link(browser, token):
    return browser.post("/sign-in/link/", {"token": token})


def by_letter(browser, code, **more):
    return browser.post("/sign-in/letter/", {"code": code, **BORN}, **more)


def opened(response):
    return int(response.status_code == 302 and response.headers["Location"] == "/privacy/first/")


def test_scanners_spend_no_link(noon, patient):
    _code, token = mailed(Client(), patient)
    before = SignInCode.objects.values().get()
    for _scan in range(SCANS):
        Client().get(f"/sign-in/link/{token}/")
        Client().head(f"/sign-in/link/{token}/")
    changed = int(SignInCode.objects.values().get() != before)
    after = [opened(by_link(Client(), token)) for _try in range(2)]
    record(Figure(f"patients: rows changed by {SCANS} GETs and HEADs of a link", changed, "== 0"))
    record(Figure("patients: the link then opens, times out of two", sum(after), "== 1"))
    assert (changed, after) == (0, [1, 0])


def test_what_was_used_opens_nothing(noon, patient, letter):
    first, second, third = Client(), Client(), Client()
    code, token = mailed(first, patient)
    used = opened(by_code(first, code)), opened(by_letter(third, letter))
    _code, other_token = mailed(second, patient)
    assert (*used, opened(by_link(second, other_token))) == (1, 1, 1)
    again = 0
    for _replay in range(REPLAYS):
        ask(first, patient.user.email)
        again += opened(by_code(first, code)) + opened(by_link(Client(), token))
        again += opened(by_link(Client(), other_token)) + opened(by_letter(Client(), letter))
    record(Figure(f"patients: opened by {4 * REPLAYS} replays of codes, links, letters", again, "== 0"))
    assert again == 0


def test_a_planted_session_is_never_signed_in(noon, patient, letter):
    fixed = 0
    for way in ("code", "link", "letter"):
        victim = Client()
        code, token = mailed(victim, patient)
        planted = victim.cookies["session"].value
        let_in = {
            "code": lambda: by_code(victim, code),  # noqa: B023  called in the same turn
            "link": lambda: by_link(victim, token),  # noqa: B023
            "letter": lambda: by_letter(victim, letter),  # noqa: B023
        }
        assert opened(let_in[way]()) == 1
        attacker = Client()
        attacker.cookies["session"] = planted
        fixed += int(attacker.get("/today/").status_code == 200)
    record(Figure("patients: planted sessions that became signed in (of 3 ways)", fixed, "== 0"))
    assert fixed == 0


def test_strangers_guess_in_vain_and_keep_nobody_out(noon, patient):
    known = Client()
    by_code(known, mailed(known, patient)[0])
    known.post("/sign-out/")
    codes = random.Random(2026)
    hits = 0
    for guess in range(GUESSES):
        if guess % 5 == 0:
            stranger = Client()
            ask(stranger, patient.user.email)
        hits += opened(by_code(stranger, f"{codes.randrange(10**6):06d}"))
    gets_in = opened(by_code(known, mailed(known, patient)[0]))
    bound = MAX_GUESSES_AN_HOUR * (MAX_OPEN + 1) / 10**6
    record(Figure(f"patients: hits of {GUESSES} guesses by strangers in an hour", hits, "== 0"))
    record(Figure("patients: chance that an hour of guessing hits, at most", bound, "<= 0.0002"))
    record(Figure("patients: the owner gets in by a known device meanwhile", gets_in, "== 1"))
    assert (hits, gets_in) == (0, 1)


def test_strangers_guess_letters_in_vain(noon, letter):
    hits = sum(
        opened(by_letter(Client(), new_letter_code(), REMOTE_ADDR=f"10.{n // 256}.{n % 256}.1"))
        for n in range(GUESSES // 10)
    )
    bits = (LETTER_LENGTH - 1) * log2(len(LETTER_SIGNS))
    record(Figure(f"patients: hits of {GUESSES // 10} guessed letter codes", hits, "== 0"))
    record(Figure("patients: secret bits of a letter code", bits, ">= 60"))
    assert (hits, bits > 60) == (0, True)


# --- Time
def readers_with_letters(clinic, count):
    """The codes of `count` letters, five tries each."""
    users = User.objects.bulk_create([User(email=None, password="!") for _number in range(count)])
    by = a_staff_member(clinic).user
    now = timezone.now()
    Patient.objects.bulk_create(
        Patient(clinic=clinic, user=user, given_name="P", family_name="W", date_of_birth=date(1956, 3, 31))
        for user in users
    )
    codes = [new_letter_code() for _user in users]
    LetterCode.objects.bulk_create(
        LetterCode(
            user=user,
            digest=letter_digest(code),
            printed_by=by,
            created_at=now,
            expires_at=now + LETTER_LIFETIME,
        )
        for user, code in zip(users, codes, strict=True)
    )
    return codes


def people_with_addresses(clinic, count):
    users = User.objects.bulk_create(
        [User(email=f"person{number}@mail.example", password="!") for number in range(count)]
    )
    Patient.objects.bulk_create(
        Patient(clinic=clinic, user=user, given_name="P", family_name="W") for user in users
    )
    return [user.email for user in users]


def took(act):
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def note_difference(what, times):
    difference = abs(median(times[True]) - median(times[False]))
    record(Figure(f"patients: {what}, known v unknown, medians of {TRIES} apart, ms", difference, "<= 5"))


def test_an_address_is_not_told_by_the_time(clinic):
    asking, guessing = {True: [], False: []}, {True: [], False: []}
    for number, known in enumerate(people_with_addresses(clinic, TRIES)):
        pair = [(True, known), (False, f"nobody{number}@mail.example")]
        for is_known, email in pair[:: 1 if number % 2 else -1]:  # neither is always the first
            browser = Client()
            asking[is_known].append(took(lambda: ask(browser, email)))  # noqa: B023  called at once
            guessing[is_known].append(took(lambda: by_code(browser, "no code")))  # noqa: B023
    note_difference("asking for a code", asking)
    note_difference("guessing a code", guessing)
    assert OutboxMessage.objects.count() == TRIES


def test_a_letter_is_not_told_by_the_time(clinic):
    times = {True: [], False: []}
    codes = readers_with_letters(clinic, TRIES // 5)
    for number in range(TRIES):
        pair = [(True, codes[number // 5]), (False, new_letter_code())]
        for is_known, code in pair[:: 1 if number % 2 else -1]:
            network = f"10.{number // 256}.{number % 256}.{int(is_known)}"
            typed = {"code": code, **BORN, "year": "1950"}
            act = lambda: Client().post("/sign-in/letter/", typed, REMOTE_ADDR=network)  # noqa: B023, E731
            times[is_known].append(took(act))
    note_difference("typing a letter code", times)
    assert LetterCode.objects.filter(tries=5).count() == TRIES // 5


def test_statements_do_not_tell_either(noon, patient, letter):
    known, unknown = Client(), Client()
    pairs = [
        (lambda: ask(known, patient.user.email), lambda: ask(unknown, "nobody@mail.example")),
        (lambda: by_code(known, "no code"), lambda: by_code(unknown, "no code")),
        (
            lambda: by_letter(known, letter, REMOTE_ADDR="192.0.2.1"),
            lambda: by_letter(unknown, new_letter_code(), REMOTE_ADDR="198.51.100.1"),
        ),
    ]
    Patient.objects.filter(user__email=None).update(date_of_birth=date(1956, 4, 1) - timedelta(days=90))
    different = sum(statements(one) != statements(other) for one, other in pairs)
    record(Figure("patients: ways in whose statements tell known from unknown (of 3)", different, "== 0"))
    assert different == 0


def statements(act):
    """Going back to a savepoint takes one statement more than releasing it."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"][:30] for query in captured if "SAVEPOINT" not in query["sql"]]
