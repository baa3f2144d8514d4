from datetime import timedelta

import pytest
import time_machine
from uuid_utils.compat import uuid7

from clinic.models import PrivacyText, Role
from patients.models import (
    Decision,
    EmergencyAccess,
    LetterCode,
    Patient,
    PatientHandover,
    RecordExport,
    RetentionDecision,
    SignInCode,
    Via,
)
from patients.services.data_requests import ask_about_data
from patients.services.limiting import lift_limit
from patients.services.privacy import accept_text
from programmes.clinical.thresholds import Setting
from programmes.models import NotWalking, Reminder, ReviewItem
from programmes.services.light_mode import set_light_mode
from programmes.services.own_thresholds import set_patient_thresholds
from programmes.services.pausing import pause_programme
from programmes.services.refused_walks import count_refused_form
from programmes.services.reviewing import Contact, record_contact
from tests.factories import (
    NOON,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_set_up,
    a_staff_member,
    a_walk,
    limit,
)
from tests.signing_in import sign_in_patient

TODAY = NOON.date()


@pytest.fixture(autouse=True)
def noon():
    """Saturday 21 November 2026, 12:00."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic(db):
    return a_clinic()


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


@pytest.fixture
def patient(clinic):
    return a_patient(clinic)


@pytest.fixture
def programme(patient, clinician):
    """In week 11, three walks of 15 minutes."""
    return a_programme(patient, clinician)


@pytest.fixture
def signed_in(client, patient):
    return sign_in_patient(client, patient)


def rows_of_people(patient, clinician):
    """Who may sign in, who led, limited, opened and kept the record."""
    SignInCode.objects.create(
        user=patient.user, browser=uuid7(), digest="d" * 64, created_at=NOON, expires_at=NOON
    )
    LetterCode.objects.create(
        user=patient.user, digest="e" * 64, printed_by=clinician.user, created_at=NOON, expires_at=NOON
    )
    RecordExport.objects.create(
        clinic=patient.clinic,
        patient=patient,
        made_at=NOON,
        made_by=clinician.user,
        reason="before",
        by_patient=False,
    )
    PatientHandover.objects.create(
        clinic=patient.clinic,
        patient=patient,
        giver=a_staff_member(patient.clinic),
        receiver=clinician,
        reason="fewer days",
        made_at=NOON,
        made_by=clinician,
    )
    Patient.objects.filter(pk=patient.pk).update(lead=clinician)
    patient.refresh_from_db()
    lift_limit(limited=limit(patient), by=clinician, now=NOON)
    EmergencyAccess.objects.create(
        clinic=patient.clinic,
        patient=patient,
        member=clinician,
        reason="away",
        from_at=NOON,
        until_at=NOON + timedelta(hours=1),
    )
    RetentionDecision.objects.create(
        clinic=patient.clinic,
        patient=patient,
        due_on=TODAY - timedelta(days=400),
        what=Decision.KEEP,
        keep_until=TODAY - timedelta(days=1),
        reason="a claim, settled",
        decided_at=NOON - timedelta(days=400),
        decided_by=clinician,
    )


@pytest.fixture
def full(client, patient, clinician, programme):
    """A record with a row in every table of a patient."""
    a_flare_plan(programme, TODAY)
    a_walk(programme, TODAY, note="walked", new_symptoms=("chest_pain",), now=NOON)
    NotWalking.objects.create(
        clinic=patient.clinic,
        patient=patient,
        from_on=TODAY,
        until_on=TODAY,
        reason="pain",
        received_at=NOON,
    )
    a_set_up(patient)
    set_light_mode(
        patient=patient, is_on=True, patient_may_choose=True, reason="asked", by=clinician, now=NOON
    )
    set_patient_thresholds(
        patient=patient, setting=Setting("quiet"), reason="asked", seen=0, by=clinician, now=NOON
    )
    Reminder.objects.create(
        clinic=patient.clinic, patient=patient, on=TODAY, wish="weekly", decided_at=NOON, held_back="walked"
    )
    count_refused_form(patient=patient, now=NOON)
    accept_text(patient=patient, text=PrivacyText.objects.get(clinic=None), via=Via.SIGN_IN, now=NOON)
    item = ReviewItem.objects.get(patient=patient)
    record_contact(item=item, contact=Contact("phone", "reached", note="said"), by=clinician, now=NOON)
    days = {"from_on": TODAY, "until_on": TODAY + timedelta(days=2)}
    pause_programme(programme=programme, reason="ill", by=clinician, now=NOON, **days)
    ask_about_data(patient=patient, kind="correction", text="wrong", by=patient.user, now=NOON)
    rows_of_people(patient, clinician)
    sign_in_patient(client, patient)
    return patient
