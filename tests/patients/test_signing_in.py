"""The way in: one answer for every address, a code that works once, a session that starts afresh."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.middleware.sessions import STAFF_SESSION
from clinic.models import HistoryEntry, OutboxMessage, User
from patients.models import Patient, SignInCode
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff


def ask_for_code(client, email):
    response = client.post("/sign-in/", {"email": email})
    assert response.headers["Location"] == "/sign-in/code/"


def mailed_code(email):
    body = OutboxMessage.objects.filter(to_address=email).latest("pk").body
    return re.search(r"\d{6}", body).group()


def type_code(client, code):
    return client.post("/sign-in/code/", {"code": code})


@pytest.fixture
def asked(client, patient):
    ask_for_code(client, patient.user.email)
    return mailed_code(patient.user.email)


@pytest.mark.parametrize("page", ["/sign-in/", "/sign-in/code/", "/sign-in/letter/"])
def test_nothing_typed_is_refused_like_everything_else(client, asked, page):
    assert client.post(page).status_code == 422


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_opens_the_patients_pages_with_the_privacy_notice_first(client, patient, asked):
    assert type_code(client, asked).headers["Location"] == "/privacy/first/"
    assert client.session["patient"] == str(patient.pk)
    patient.refresh_from_db()
    assert patient.first_signed_in_at == NOON


def number_in_history(table):
    return HistoryEntry.objects.filter(table_name=table).latest("id").request_id.hex


def test_the_history_names_the_request_that_signed_in(client, asked):
    answer = type_code(client, asked)
    assert number_in_history("patients_patient") == answer.headers["X-Request-ID"]


def test_spaces_and_dashes_of_a_pasted_code_are_taken_off(client, asked):
    assert type_code(client, f" {asked[:3]}-{asked[3:]} ").status_code == 302


def test_the_session_starts_afresh(client, asked):
    before = client.session.session_key
    type_code(client, asked)
    assert client.session.session_key != before
    assert "sign_in_address" not in client.session


def test_the_address_may_be_typed_in_capitals(client, patient):
    ask_for_code(client, patient.user.email.upper())
    assert type_code(client, mailed_code(patient.user.email)).status_code == 302


def without_tokens(response):
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_an_unknown_address_gets_the_identical_page(client, patient, asked):
    known = without_tokens(client.get("/sign-in/code/")).replace(patient.user.email, "ADDRESS")
    ask_for_code(client, "nobody@mail.example")
    unknown = without_tokens(client.get("/sign-in/code/")).replace("nobody@mail.example", "ADDRESS")
    assert known == unknown
    assert not OutboxMessage.objects.filter(to_address="nobody@mail.example").exists()


def refused(response):
    return response.status_code == 422 and "That code did not work." in response.content.decode()


def test_a_wrong_code_says_what_to_do(client, asked):
    response = type_code(client, wrong(asked))
    assert refused(response)
    assert "<title>Error:" in response.content.decode()
    assert "Send me a new one" in response.content.decode()


def test_an_expired_code(client, asked):
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        assert refused(type_code(client, asked))


def test_a_code_works_once(client, patient, asked):
    type_code(client, asked)
    client.post("/sign-out/")
    client.post("/sign-in/", {"email": patient.user.email})
    assert refused(type_code(client, asked))


def test_a_new_code_voids_the_old_one(client, patient, asked):
    ask_for_code(client, patient.user.email)
    assert refused(type_code(client, asked))


def test_five_wrong_guesses_void_the_code(client, asked):
    for _guess in range(5):
        type_code(client, wrong(asked))
    assert SignInCode.objects.get().attempts == 5
    assert refused(type_code(client, asked))


@pytest.fixture
def stranger():
    """Somebody else's browser."""
    return Client()


def test_a_strangers_wrong_guesses_do_not_stop_the_owner(client, stranger, patient, asked):
    ask_for_code(stranger, patient.user.email)
    for _guess in range(6):
        type_code(stranger, wrong(asked))
    assert type_code(client, asked).status_code == 302


def test_a_strangers_new_code_leaves_the_owners(client, stranger, patient, asked):
    ask_for_code(stranger, patient.user.email)
    assert type_code(client, asked).status_code == 302


def test_two_who_share_a_browser_do_not_void_each_others_codes(
    client, clinic, patient, asked, no_row_security
):
    ask_for_code(client, a_patient(clinic).user.email)
    assert SignInCode.objects.get(user=patient.user).voided_at is None


def test_a_code_works_in_another_browser_that_asked_too(client, stranger, patient, asked):
    ask_for_code(stranger, patient.user.email)
    assert type_code(stranger, asked).status_code == 302
    assert refused(type_code(client, asked))


def test_a_browser_that_did_not_ask_guesses_nothing(stranger, patient, asked):
    ask_for_code(stranger, "nobody@mail.example")
    session = stranger.session
    session["sign_in_address"] = patient.user.email
    session.save()
    assert refused(type_code(stranger, asked))


def test_a_guess_at_an_unknown_address_costs_the_same_statements(client, stranger, asked):
    ask_for_code(stranger, "nobody@mail.example")
    with CaptureQueriesContext(connection) as known:
        type_code(client, wrong(asked))
    with CaptureQueriesContext(connection) as unknown:
        type_code(stranger, wrong(asked))
    assert _shapes(known) == _shapes(unknown)


def test_strangers_who_ask_do_not_keep_the_owner_out(client, patient):
    for _browser in range(7):
        ask_for_code(Client(), patient.user.email)
    ask_for_code(client, patient.user.email)
    assert type_code(client, mailed_code(patient.user.email)).status_code == 302


def test_at_most_five_codes_of_a_login_are_open(patient):
    for _browser in range(7):
        ask_for_code(Client(), patient.user.email)
    assert OutboxMessage.objects.count() == 5


def test_a_browser_gets_five_codes_an_hour(client, patient):
    for _request in range(7):
        ask_for_code(client, patient.user.email)
    assert OutboxMessage.objects.count() == 5
    assert type_code(client, mailed_code(patient.user.email)).status_code == 302


def test_a_login_stands_25_guesses_an_hour(client, patient, asked):
    for _browser in range(7):
        browser = Client()
        ask_for_code(browser, patient.user.email)
        for _guess in range(5):
            type_code(browser, "no code")
    assert SignInCode.objects.aggregate(made=Sum("attempts")) == {"made": 25}
    assert refused(type_code(client, asked))


def test_a_visitors_session_lasts_an_hour(client, asked):
    assert client.session.get_expiry_age() == 3600


def test_a_patients_session_lasts_90_days(client, asked):
    type_code(client, asked)
    assert client.session.get_expiry_age() == 90 * 24 * 3600


def test_asking_for_a_code_does_not_shorten_the_session_of_staff(client, clinic, patient):
    sign_in_staff(client, a_staff_member(clinic))
    before = client.session.get_expiry_age()
    ask_for_code(client, patient.user.email)
    assert client.session.get_expiry_age() == before


def test_an_unknown_address_costs_the_same_statements_and_leaves_nothing(client, stranger, patient):
    with CaptureQueriesContext(connection) as known:
        ask_for_code(client, patient.user.email)
    with CaptureQueriesContext(connection) as unknown:
        ask_for_code(stranger, "nobody@mail.example")
    assert _shapes(known) == _shapes(unknown)
    assert (SignInCode.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_a_browser_beyond_its_limit_costs_the_same_statements(client, stranger, patient):
    for _request in range(5):
        ask_for_code(client, patient.user.email)
        ask_for_code(stranger, "nobody@mail.example")
    with CaptureQueriesContext(connection) as known:
        ask_for_code(client, patient.user.email)
    with CaptureQueriesContext(connection) as unknown:
        ask_for_code(stranger, "nobody@mail.example")
    assert _shapes(known) == _shapes(unknown)


def test_a_login_beyond_its_limit_costs_the_same_statements(client, stranger, patient):
    for _browser in range(5):
        ask_for_code(Client(), patient.user.email)
    with CaptureQueriesContext(connection) as known:
        ask_for_code(client, patient.user.email)
    with CaptureQueriesContext(connection) as unknown:
        ask_for_code(stranger, "nobody@mail.example")
    assert _shapes(known) == _shapes(unknown)


def _shapes(captured):
    """The beginning of each statement; going back to a savepoint takes one more than releasing it."""
    return [query["sql"][:22] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("code", ["", "\x00", "12345\x00", "1" * 41, "half a dozen", "²³⁴⁵⁶⁷"])
def test_odd_codes_are_refused(client, asked, code):
    assert type_code(client, code).status_code == 422


@pytest.mark.parametrize("email", ["", "no address", "a\x00b@mail.example", "x" * 400 + "@mail.example"])
def test_odd_addresses_are_refused_and_kept(client, db, email):
    response = client.post("/sign-in/", {"email": email})
    assert response.status_code == 422
    assert "Enter " in response.content.decode()


def test_the_code_page_without_an_address_leads_back(client, db):
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"


def test_a_closed_login_gets_no_code(client, patient):
    User.objects.filter(pk=patient.user_id).update(is_active=False)
    ask_for_code(client, patient.user.email)
    assert not OutboxMessage.objects.exists()


def test_a_login_closed_meanwhile_cannot_use_its_code(client, patient, asked):
    User.objects.filter(pk=patient.user_id).update(is_active=False)
    assert refused(type_code(client, asked))


def test_a_record_discharged_meanwhile_opens_nothing(client, patient, asked):
    Patient.objects.filter(pk=patient.pk).update(discharged_on=NOON.date())
    assert refused(type_code(client, asked))


def test_a_code_never_opens_the_staff_pages(client, clinic):
    member = a_staff_member(clinic)
    a_patient(clinic, user=member.user)
    sign_in_staff(client, member)
    ask_for_code(client, member.user.email)
    type_code(client, mailed_code(member.user.email))
    assert STAFF_SESSION not in client.session
    assert client.get("/").headers["Location"] == "/today/"


def test_a_staff_sign_in_never_opens_the_patients_pages(client, clinic):
    member = a_staff_member(clinic)
    patient = a_patient(clinic, user=member.user)
    sign_in_staff(client, member)
    answer = client.post("/choose/", {"patient": str(patient.pk)})
    assert (answer["Location"], client.get("/today/")["Location"]) == ("/sign-in/", "/sign-in/")


def test_two_records_ask_whose_pages(client, clinic, patient):
    partner = a_patient(a_clinic("Oak Clinic"), user=patient.user, given_name="Robin")
    ask_for_code(client, patient.user.email)
    assert type_code(client, mailed_code(patient.user.email)).headers["Location"] == "/choose/"
    assert "Robin" in client.get("/choose/").content.decode()
    client.post("/choose/", {"patient": str(partner.pk)})
    assert client.session["patient"] == str(partner.pk)


def test_only_the_record_that_is_opened_was_signed_in(client, patient):
    partner = a_patient(a_clinic("Oak Clinic"), user=patient.user)
    ask_for_code(client, patient.user.email)
    type_code(client, mailed_code(patient.user.email))
    client.post("/choose/", {"patient": str(partner.pk)})
    opened = {record.pk: record.first_signed_in_at for record in Patient.objects.all()}
    assert opened == {partner.pk: NOON, patient.pk: None}


def test_nobody_elses_record_can_be_chosen(client, patient, asked):
    stranger = a_patient(a_clinic())
    type_code(client, asked)
    assert client.post("/choose/", {"patient": str(stranger.pk)}).status_code == 200
    assert client.session["patient"] == str(patient.pk)


def test_signing_out_takes_a_post(signed_in):
    assert signed_in.get("/sign-out/").status_code == 405
    assert signed_in.post("/sign-out/").headers["Location"] == "/signed-out/?here"
    assert "<h1>You are signed out</h1>" in signed_in.get("/signed-out/?here").content.decode()
    assert signed_in.get("/today/").headers["Location"] == "/sign-in/"


def test_pages_of_a_signed_in_person_are_not_stored(signed_in, programme):
    assert signed_in.get("/today/").headers["Cache-Control"] == "no-store"
