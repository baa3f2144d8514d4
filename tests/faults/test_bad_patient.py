"""R9: one patient whose review raises or hangs does not stop the clinic, and is shown."""

import os

import psycopg
import pytest

from clinic.models import StaffMember
from programmes.clinical.diary import Finding
from programmes.clinical.safety import safety_finding
from programmes.models import Programme, ReviewRun
from programmes.services.flagging import raise_flag
from tests.faults.cohorts import LAST_DAY, a_cohort, flags, forget_reviews, morning_after, review
from tests.faults.own_site import FULL
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True, databases=["default", "migrator"])]

PATIENTS = 1000 if FULL else 50
RETRIES = (2, 5, 10, 20, 40)  # minutes after the night: later than each growing pause


@pytest.fixture
def clinic():
    (clinic,) = a_cohort(PATIENTS, clinic_size=PATIENTS)
    return clinic


@pytest.fixture
def usual(clinic):
    """What the night says of everybody when nothing is wrong; then it is forgotten."""
    with morning_after(LAST_DAY):
        review()
    said, run = flags(), ReviewRun.objects.get()
    forget_reviews()
    return said, run.patients_evaluated


def raised_before(finding, **whose):
    """A flag from the morning before, of the first patient or the one who is named."""
    programme = Programme.objects.running().filter(**whose).order_by("pk").first()
    with morning_after(LAST_DAY, days=-1) as now:
        return raise_flag(
            patient=programme.patient, programme=programme, finding=finding, on=LAST_DAY, now=now
        )


def without(flag, said):
    return [row for row in said if row[0] != flag.patient_id]


def night():
    run = ReviewRun.objects.get()
    return run.patients_evaluated, run.patients_failed


def test_of_one_patient_whose_review_raises_the_others_are_reviewed_on_time(clinic, usual, client):
    said, evaluated = usual
    flag = raised_before(Finding("ADHERENCE_DROPPED", "amber", {}))  # not what its clearing rule reads
    with morning_after(LAST_DAY):
        review()
    record(
        Figure(f"R9: on time beside one that raises, of {evaluated - 1}", night()[0], f"== {evaluated - 1}")
    )
    assert night() == (evaluated - 1, 1)
    assert without(flag, flags()) == without(flag, said)
    for minutes in RETRIES:
        with morning_after(LAST_DAY, minutes=minutes):
            review()
    with morning_after(LAST_DAY, hours=1):
        sign_in_staff(client, StaffMember.objects.get(clinic=clinic))
        page = client.get("/review/").content.decode()
    assert "1 patient could not be evaluated." in page


def test_of_one_patient_whose_record_is_held_the_others_are_reviewed_on_time(clinic, usual):
    said, evaluated = usual
    (held, *_others) = said  # somebody whom this night flags
    flag = raised_before(safety_finding(["fever"]), patient_id=held[0])
    for_a_while = "-c idle_in_transaction_session_timeout=20s"
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"], options=for_a_while) as somebody:
        somebody.execute("SELECT FROM programmes_reviewitem WHERE id = %s FOR UPDATE", [flag.item_id])
        with morning_after(LAST_DAY):
            review()
        assert night() == (evaluated - 1, 1)
        assert without(flag, flags()) == without(flag, said)
