"""The engine's own account: every patient is counted once, judged or left out with the reason."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from clinic.models import Role
from patients.models import Patient
from programmes.models import ChangedPatient, ReviewRun
from programmes.services.nights import due_at, review_night
from programmes.services.restricting import restrict_processing
from programmes.services.self_account import FlagsOfKind, LeftOut, account_of
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
NIGHT = TODAY - timedelta(days=1)


@pytest.fixture
def clinic():
    return a_clinic(slug="elm")


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


def running(clinician, *, days_ago=20, **fields):
    patient = a_patient(clinician.clinic, **fields)
    a_programme(patient, clinician, starts_on=TODAY - timedelta(days=days_ago))
    ChangedPatient.objects.all().delete()
    return patient


def test_every_patient_is_counted_once(clinic, clinician):
    running(clinician)
    running(clinician, days_ago=-3)
    a_patient(clinic)
    restricted, ended = running(clinician), running(clinician)
    restrict_processing(
        patient=restricted, reason="disputed", until=None, by=a_staff_member(clinic, Role.MANAGER), now=NOON
    )
    Patient.objects.filter(pk=ended.pk).update(discharged_on=TODAY - timedelta(days=2))
    account = account_of(clinic=clinic, now=NOON)
    assert (account.judged, account.left_out) == (
        1,
        LeftOut(ended=1, restricted=1, no_programme=1, begins_later=1, given_up=0),
    )


def test_a_night_says_what_it_did_how_late_and_by_which_rules(clinic, clinician):
    running(clinician)
    at = due_at(clinic, NIGHT) + timedelta(minutes=7)
    review_night(clinic=clinic, local_date=NIGHT, now=at)
    (night,) = account_of(clinic=clinic, now=NOON).nights
    assert (night.run.local_date, night.late) == (NIGHT, timedelta(minutes=7))
    assert (night.run.patients_evaluated, night.run.flags_raised) == (1, 1)
    assert timedelta() < night.took == timedelta(milliseconds=night.run.took_ms)


def test_marks_that_wait_those_given_up_and_the_oldest(clinic, clinician):
    patients = [running(clinician), running(clinician)]
    for patient, hours, attempts in zip(patients, (5, 2), (5, 0), strict=True):
        at = NOON - timedelta(hours=hours)
        ChangedPatient.objects.create(
            clinic=clinic, patient=patient, earliest_on=TODAY, marked_at=at, not_before=at, attempts=attempts
        )
    account = account_of(clinic=clinic, now=NOON)
    assert (account.marks, account.oldest_mark) == (2, NOON - timedelta(hours=5))
    assert account.left_out.given_up == 1


def test_flags_by_kind_in_four_weeks_and_open(clinic, clinician):
    running(clinician)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON)
    assert account_of(clinic=clinic, now=NOON).flags == [FlagsOfKind("NOT_STARTED", raised=1, open=1)]
    later = account_of(clinic=clinic, now=NOON + timedelta(days=60))
    assert later.flags == [FlagsOfKind("NOT_STARTED", raised=0, open=1)]


def test_another_clinics_rows_are_not_counted(clinic, clinician):
    running(clinician)
    review_night(clinic=clinic, local_date=NIGHT, now=NOON)
    other = account_of(clinic=a_clinic(name="Oak Clinic"), now=NOON)
    assert (other.judged, other.nights, other.flags, other.marks) == (0, [], [], 0)


def test_the_command_prints_it(clinic, clinician, capsys):
    running(clinician)
    review_night(clinic=clinic, local_date=NIGHT, now=due_at(clinic, NIGHT) + timedelta(minutes=7))
    ReviewRun.objects.update(took_ms=1250)
    with time_machine.travel(NOON, tick=False):
        call_command("review_account", clinic="elm")
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "  1 patients are judged tonight, 0 of them could not be evaluated",
        "  left out: 0 care has ended, 0 restricted,",
        "    0 without a running programme, 0 begin later",
        "  0 changed patients wait; 0 nights are due",
        f"  {NIGHT}: 1 evaluated, 0 failed, 1 raised, 0 cleared, 7 min after it was due,"
        " took 1.2 s, rules 2026.5",
        "  NOT_STARTED: 1 raised in 28 days, 1 open",
    ]
