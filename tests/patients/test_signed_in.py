"""Where a patient is signed in, and what ends it: patient, clinic, idleness, end of care."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from clinic.models import Guesses, OutboxMessage, User, UserSession
from clinic.permissions import NotAllowed
from patients.models import LetterCode, NetworkTries, Patient, SignInCode
from patients.services.enrolment import change_patient
from patients.services.housekeeping import tidy_sign_in
from patients.services.letters import print_letter
from patients.services.signing_out import sign_out_patient
from tests.factories import NOON, a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_staff

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


def sign_in(patient, agent=LAPTOP):
    browser = Client(headers={"user-agent": agent})
    browser.post("/sign-in/", {"email": patient.user.email})
    body = OutboxMessage.objects.filter(to_address=patient.user.email).latest("pk").body
    browser.post("/sign-in/code/", {"code": re.search(r"code is (\d{6})", body).group(1)})
    return browser


def is_in(browser):
    return browser.get("/plan/").status_code == 200


@pytest.fixture
def laptop(patient):
    return sign_in(patient)


@pytest.fixture
def phone(patient):
    return sign_in(patient, PHONE)


def test_the_page_lists_every_browser_this_one_first(laptop, phone):
    page = phone.get("/signed-in/").content.decode()
    assert page.index("Safari, iOS") < page.index("This one") < page.index("Firefox, Windows")


def test_the_page_shows_nobody_elses_browsers(laptop, clinic):
    stranger = sign_in(a_patient(clinic), PHONE)
    page = stranger.get("/signed-in/").content.decode()
    assert ("Safari, iOS" in page, "Firefox, Windows" in page) == (True, False)


def test_every_page_of_the_patient_leads_there(laptop):
    assert 'href="/signed-in/"' in laptop.get("/plan/").content.decode()


def test_sign_out_everywhere_ends_them_all(laptop, phone):
    assert laptop.post("/signed-in/sign-out/").headers["Location"] == "/signed-out/"
    assert (is_in(laptop), is_in(phone)) == (False, False)


def test_sign_out_everywhere_takes_a_post(laptop):
    assert (laptop.get("/signed-in/sign-out/").status_code, is_in(laptop)) == (405, True)


def test_a_code_on_its_way_opens_nothing_after_it(laptop, patient):
    stranger = Client()
    stranger.post("/sign-in/", {"email": patient.user.email})
    body = OutboxMessage.objects.latest("pk").body
    laptop.post("/signed-in/sign-out/")
    token = re.search(r"/sign-in/link/([\w-]+)/", body).group(1)
    assert stranger.post("/sign-in/link/", {"token": token}).status_code == 404


def test_somebody_elses_sessions_stay(laptop, clinic):
    other = sign_in(a_patient(clinic))
    laptop.post("/signed-in/sign-out/")
    assert is_in(other)


def test_the_clinic_signs_a_lost_phone_out(client, phone, patient, clinician):
    desk = sign_in_staff(client, clinician)
    desk.post(f"/admin/patients/patient/{patient.pk}/sign-out/")
    assert (is_in(phone), desk.get("/review/").status_code) == (False, 200)


def test_the_clinic_asks_first(client, phone, patient, clinician):
    desk = sign_in_staff(client, clinician)
    page = desk.get(f"/admin/patients/patient/{patient.pk}/sign-out/")
    assert ("Sign out everywhere" in page.content.decode(), is_in(phone)) == (True, True)


def test_another_clinic_signs_nobody_out(client, phone, patient):
    elsewhere = a_staff_member(a_clinic())
    desk = sign_in_staff(client, elsewhere)
    assert desk.post(f"/admin/patients/patient/{patient.pk}/sign-out/").status_code == 404
    with pytest.raises(NotAllowed):
        sign_out_patient(patient=patient, by=elsewhere, now=NOON)
    assert is_in(phone)


@pytest.mark.parametrize("end", ["discharged_on", "died_on"])
def test_the_end_of_care_ends_the_sessions(laptop, phone, patient, clinician, end):
    setattr(patient, end, NOON.date())
    change_patient(record=patient, email=None, by=clinician, now=NOON, today=NOON.date())
    assert UserSession.objects.filter(user=patient.user).count() == 0
    assert (is_in(laptop), is_in(phone)) == (False, False)


@pytest.mark.parametrize("end", ["discharged_on", "died_on"])
def test_the_end_of_care_holds_on_the_next_request_however_it_was_written(laptop, patient, end):
    Patient.objects.filter(pk=patient.pk).update(**{end: NOON.date()})
    assert not is_in(laptop)


def test_a_change_of_the_record_signs_nobody_out(laptop, patient, clinician):
    patient.phone = "01632 960 555"
    change_patient(record=patient, email=None, by=clinician, now=NOON, today=NOON.date())
    assert is_in(laptop)


def test_a_disabled_login_is_out_on_the_next_request(laptop, patient):
    User.objects.filter(pk=patient.user_id).update(is_active=False)
    assert not is_in(laptop)


def test_thirty_idle_days_end_a_session(laptop):
    with time_machine.travel(NOON + timedelta(days=29), tick=False):
        assert is_in(laptop)
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        assert not is_in(laptop)


def test_ninety_days_end_a_session_however_often_it_is_used(laptop):
    for day in range(20, 90, 10):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            assert is_in(laptop)
    with time_machine.travel(NOON + timedelta(days=90, minutes=1), tick=False):
        assert not is_in(laptop)


# --- Housekeeping
@pytest.fixture
def used(client, laptop, clinic, clinician):
    """A session, a code, a letter, a counted try and a staff guess, all of today."""
    Guesses.objects.create(key="of an account", made=1, free_at=NOON, last_at=NOON)
    reader = a_patient(clinic, user=None, date_of_birth=date(1956, 3, 31))
    code = print_letter(patient=reader, by=clinician, now=NOON).code
    client.post("/sign-in/letter/", {"code": code, "day": "1", "month": "1", "year": "1950"})


def test_what_is_old_is_cleared_away(used):
    later = NOON + timedelta(days=91)
    assert tidy_sign_in(now=later) == {"sessions": 1, "codes": 1, "letters": 1, "guesses": 1, "tries": 1}


def test_what_works_stays(used):
    assert tidy_sign_in(now=NOON) == {"sessions": 0, "codes": 0, "letters": 0, "guesses": 0, "tries": 0}
    kept = [model.objects.count() for model in (UserSession, SignInCode, LetterCode, Guesses, NetworkTries)]
    assert kept == [1, 1, 1, 1, 1]


def test_a_code_is_kept_for_thirty_days(used):
    assert tidy_sign_in(now=NOON + timedelta(days=30))["codes"] == 0


def test_the_command_tells_numbers_and_no_names(used, capsys):
    with time_machine.travel(NOON + timedelta(days=91), tick=False):
        call_command("tidy_sign_in")
    assert capsys.readouterr().out == "1 sessions\n1 codes\n1 letters\n1 guesses\n1 tries\n"
