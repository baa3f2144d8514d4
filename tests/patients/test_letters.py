"""A printed code with the date of birth: works once, and tells typing mistakes from wrong codes."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.middleware.people import STAFF_SESSION
from clinic.models import User
from clinic.permissions import NotAllowed
from patients.models import LetterCode, NetworkTries, Patient
from patients.services.enrolment import CareEnded, set_address
from patients.services.letters import (
    MAX_TRIES_OF_A_NETWORK,
    HasAddress,
    NoBirthDate,
    print_letter,
    void_letter,
)
from patients.tokens import (
    LETTER_SIGNS,
    letter_code_is_whole,
    letter_digest,
    new_letter_code,
    tidy_letter_code,
)
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

BORN = {"day": "31", "month": "3", "year": "1956"}


@pytest.fixture
def reader(clinic):
    """A patient without an e-mail address."""
    return a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31), given_name="June")


@pytest.fixture
def code(reader, clinician):
    return print_letter(patient=reader, by=clinician, now=NOON).code


def type_letter(client, code, **born):
    return client.post("/sign-in/letter/", {"code": code, **BORN, **born})


def opened(response):
    return response.status_code == 302 and response.headers["Location"] == "/privacy/first/"


def said(response):
    """Status and message of a refusal."""
    found = re.search(r'id="code-error">([^<]*)<', response.content.decode())
    return response.status_code, found and found.group(1)


WRONG = (422, "The code and the date of birth do not go together. Check both, or call your clinic.")
NOT_WHOLE = (422, "Check the code again. One letter or number is not right.")
TOO_MANY = (422, "Too many tries. Wait an hour, or call your clinic.")


# --- The code itself
def test_a_code_has_sixteen_signs_that_are_not_mistaken():
    code = new_letter_code()
    assert (len(code), set(code) <= set(LETTER_SIGNS), len(LETTER_SIGNS)) == (16, True, 23)
    assert letter_code_is_whole(code)


def test_every_wrong_sign_is_found():
    code = new_letter_code()
    changed = {
        code[:at] + sign + code[at + 1 :] for at in range(16) for sign in LETTER_SIGNS if sign != code[at]
    }
    assert [wrong for wrong in changed if letter_code_is_whole(wrong)] == []


def test_every_swap_of_two_signs_is_found():
    code = new_letter_code()
    swapped = set()
    for first in range(16):
        for second in range(first + 1, 16):
            signs = list(code)
            signs[first], signs[second] = signs[second], signs[first]
            swapped.add("".join(signs))
    assert [wrong for wrong in swapped - {code} if letter_code_is_whole(wrong)] == []


def test_small_letters_spaces_and_lookalikes_are_read():
    assert tidy_letter_code(" k3b-s 2z g") == "K3852" + "26"


# --- Printing
def test_the_table_holds_a_digest_only(code):
    assert LetterCode.objects.get().digest == letter_digest(code) != code


def test_the_login_made_for_it_has_no_address(reader, code):
    reader.refresh_from_db()
    assert (reader.user.email, reader.user.has_usable_password()) == (None, False)


def test_a_new_letter_voids_the_old_one(client, reader, clinician, code):
    newer = print_letter(patient=reader, by=clinician, now=NOON).code
    assert said(type_letter(client, code)) == WRONG
    assert opened(type_letter(client, newer))


def test_staff_take_a_letter_back(client, reader, clinician, code):
    reader.refresh_from_db()
    assert void_letter(patient=reader, by=clinician, now=NOON) is True
    assert said(type_letter(client, code)) == WRONG


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"date_of_birth": None}, NoBirthDate),
        ({"discharged_on": NOON.date()}, CareEnded),
        ({"died_on": NOON.date()}, CareEnded),
    ],
)
def test_who_gets_no_letter(reader, clinician, fields, refusal):
    Patient.objects.filter(pk=reader.pk).update(**fields)
    with pytest.raises(refusal):
        print_letter(patient=reader, by=clinician, now=NOON)
    assert not LetterCode.objects.exists()


def test_who_has_an_address_gets_no_letter(patient, clinician):
    with pytest.raises(HasAddress):
        print_letter(patient=patient, by=clinician, now=NOON)


def test_a_former_colleague_prints_nothing(reader, clinic):
    with pytest.raises(NotAllowed):
        print_letter(patient=reader, by=a_staff_member(clinic, is_active=False), now=NOON)


def test_no_letter_for_another_clinics_patient(reader):
    with pytest.raises(NotAllowed):
        print_letter(patient=reader, by=a_staff_member(a_clinic()), now=NOON)


# --- Signing in
def test_code_and_date_of_birth_open_the_patients_day(client, reader, code):
    assert opened(type_letter(client, code))
    assert client.session["patient"] == str(reader.pk)


def test_it_may_be_typed_as_printed(client, code):
    assert opened(type_letter(client, " ".join(re.findall("....", code.lower()))))


def test_a_letter_works_once(client, code):
    type_letter(client, code)
    assert said(type_letter(Client(), code)) == WRONG


def test_a_letter_lasts_28_days(client, code):
    with time_machine.travel(NOON + timedelta(days=28), tick=False):
        assert said(type_letter(client, code)) == WRONG


def test_a_typing_mistake_counts_for_nothing(client, code):
    wrong = ("3" if code[0] == "2" else "2") + code[1:]
    assert said(type_letter(client, wrong)) == NOT_WHOLE
    assert (LetterCode.objects.get().tries, NetworkTries.objects.count()) == (0, 0)


def test_five_wrong_dates_of_birth_end_the_letter(client, code):
    for year in range(1950, 1955):
        assert said(type_letter(client, code, year=str(year))) == WRONG
    assert said(type_letter(client, code)) == WRONG


def test_four_wrong_dates_of_birth_do_not(client, code):
    for year in range(1950, 1954):
        type_letter(client, code, year=str(year))
    assert opened(type_letter(client, code))


def without_what_was_typed(response):
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_an_unknown_code_reads_the_same_and_costs_the_same_statements(client, code):
    answers, statements = [], []
    for typed in (code, new_letter_code()):
        with CaptureQueriesContext(connection) as captured:
            answers.append(type_letter(client, typed, year="1950"))
        statements.append([query["sql"][:30] for query in captured if "SAVEPOINT" not in query["sql"]])
        NetworkTries.objects.all().delete()
    known, unknown = answers
    assert without_what_was_typed(known) == without_what_was_typed(unknown)
    assert (known.status_code, statements[0]) == (unknown.status_code, statements[1])


def test_a_network_tries_fifty_times_an_hour(client, code):
    for _try in range(MAX_TRIES_OF_A_NETWORK):
        type_letter(client, new_letter_code())
    assert said(type_letter(client, code)) == TOO_MANY
    assert LetterCode.objects.get().tries == 0
    assert opened(client.post("/sign-in/letter/", {"code": code, **BORN}, REMOTE_ADDR="192.0.2.7"))


def test_a_known_device_gets_in_while_its_network_tries(client, reader, clinician, code):
    type_letter(client, code)
    client.post("/sign-out/")
    for _try in range(MAX_TRIES_OF_A_NETWORK):
        type_letter(Client(), new_letter_code())
    reader.refresh_from_db()
    assert opened(type_letter(client, print_letter(patient=reader, by=clinician, now=NOON).code))


def test_the_network_is_not_written_down(client, code):
    type_letter(client, code)
    assert "127.0.0" not in NetworkTries.objects.get().network


@pytest.mark.parametrize("born", [{"day": ""}, {"month": "13"}, {"day": "31", "month": "2"}, {"year": "56"}])
def test_an_odd_date_of_birth_is_told_apart_and_kept(client, code, born):
    response = type_letter(client, code, **born)
    page = response.content.decode()
    assert (response.status_code, "Enter your date of birth." in page) == (422, True)
    assert f'value="{code}"' in page
    assert LetterCode.objects.get().tries == 0


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 61, "ÄÖÜß", "²" * 16, "0" * 16])
def test_odd_codes_are_refused(client, code, typed):
    assert type_letter(client, typed).status_code == 422


def test_the_session_starts_afresh(client, clinic, code):
    sign_in_staff(client, a_staff_member(clinic))
    before = client.session.session_key
    type_letter(client, code)
    assert (client.session.session_key == before, STAFF_SESSION in client.session) == (False, False)


def test_a_closed_login_opens_nothing(client, reader, code):
    User.objects.update(is_active=False)
    assert said(type_letter(client, code)) == WRONG


def test_a_record_discharged_meanwhile_opens_nothing(client, reader, code):
    Patient.objects.filter(pk=reader.pk).update(discharged_on=NOON.date())
    assert said(type_letter(client, code)) == WRONG


@pytest.mark.parametrize("is_known", [False, True], ids=["new address", "address of a login"])
def test_an_address_ends_the_letter(client, reader, clinician, code, is_known):
    if is_known:
        User.objects.create_user("june@mail.example")
    reader.refresh_from_db()
    set_address(patient=reader, email="june@mail.example", by=clinician, now=NOON)
    assert said(type_letter(client, code)) == WRONG
    assert LetterCode.objects.get().voided_at == NOON


def test_a_letter_opens_no_login_with_an_address(client, reader, code):
    """Whatever way the address came."""
    User.objects.filter(letter_codes__isnull=False).update(email="june@mail.example")
    assert said(type_letter(client, code)) == WRONG


# --- The clinic's pages
@pytest.fixture
def desk(client, clinician):
    return sign_in_staff(client, clinician)


def letter_page(patient, page="letter"):
    return f"/admin/patients/patient/{patient.pk}/{page}/"


def printed_code(response):
    groups = re.findall(r"<span>([2-9A-Z]{4})</span>", response.content.decode())
    return "".join(groups)


def test_the_printed_letter_opens_the_pages(desk, reader):
    response = desk.post(letter_page(reader))
    assert "no-store" in response.headers["Cache-Control"]
    assert opened(type_letter(Client(), printed_code(response)))


def test_the_letter_says_who_wrote_it_and_where_to_go(desk, clinic, reader):
    type(clinic).objects.filter(pk=clinic.pk).update(postal_address="3 Elm Road, Elmton")
    page = desk.post(letter_page(reader)).content.decode()
    for word in ("Elm Clinic", "3 Elm Road, Elmton", "01632 960 100", "/sign-in/letter/", "19 December 2026"):
        assert word in page
    assert "1956" not in page


def test_looking_at_the_page_makes_no_letter(desk, reader):
    assert "Make the letter" in desk.get(letter_page(reader)).content.decode()
    assert not LetterCode.objects.exists()


def test_the_code_is_shown_once(desk, reader):
    code = printed_code(desk.post(letter_page(reader)))
    page = desk.get(letter_page(reader)).content.decode()
    assert (code[:4] in page, "still works" in page) == (False, True)


def test_the_page_takes_a_letter_back(desk, reader):
    code = printed_code(desk.post(letter_page(reader)))
    desk.post(letter_page(reader, "void-letter"))
    assert said(type_letter(Client(), code)) == WRONG


def test_without_a_date_of_birth_the_page_says_what_is_missing(desk, reader):
    Patient.objects.filter(pk=reader.pk).update(date_of_birth=None)
    response = desk.post(letter_page(reader), follow=True)
    assert "Enter the date of birth first" in response.content.decode()
    assert not LetterCode.objects.exists()


def test_in_a_browser_that_was_left_open_no_letter_is_made(desk, reader):
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        for asked in (desk.get, desk.post):
            answer = asked(letter_page(reader))
            assert answer.headers["Location"].startswith("/staff/confirm/?next=")
    assert not LetterCode.objects.exists()


@pytest.mark.parametrize("page", ["letter", "void-letter"])
def test_another_clinics_patient_does_not_exist(desk, page):
    stranger = a_patient(a_clinic(), user=None, date_of_birth=date(1956, 3, 31))
    assert desk.post(letter_page(stranger, page)).status_code == 404
    assert not LetterCode.objects.exists()


def test_only_patients_without_an_address_are_offered_a_letter(desk, reader, patient):
    offered = [
        "Letter to sign in" in desk.get(letter_page(record, "change")).content.decode()
        for record in (reader, patient)
    ]
    assert offered == [True, False]
