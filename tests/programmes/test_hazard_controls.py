"""Controls of the hazard log (docs/clinical-safety) that no other test looks at."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from clinic.models import Clinic, EmergencyProfile, OutboxMessage
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.models import Flag, ProgrammeRevision, ProgrammeWeek
from programmes.services.flagging import raise_flag
from programmes.services.nights import review_night
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db
NIGHT = START + timedelta(days=32)


@pytest.fixture
def programme():
    clinic = a_clinic()
    return a_programme(a_patient(clinic), a_staff_member(clinic))


@pytest.fixture
def rising(programme):
    """Pain at 3 for four weeks, at 6 in the fifth: the night raises a flag."""
    for day in (7 * week + day for week in range(5) for day in (0, 2, 4)):
        a_walk(programme, START + timedelta(days=day), pain=6 if day > 27 else 3)
    return programme


def flags_of_the_night(programme):
    review_night(clinic=programme.clinic, local_date=NIGHT, now=NOON)
    return list(Flag.objects.values_list("code", flat=True))


# --- What was signed stays, whoever writes
def test_a_signed_revision_never_changes(programme):
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ProgrammeRevision.objects.update(in_force_from=START + timedelta(days=7))
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ProgrammeRevision.objects.all()._raw_delete("default")


def test_the_weeks_of_a_signed_revision_never_change(programme):
    week = ProgrammeWeek.objects.get(number=2)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        ProgrammeWeek.objects.filter(pk=week.pk).update(minutes=90)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        ProgrammeWeek.objects.filter(pk=week.pk)._raw_delete("default")
    week.pk, week.number = uuid4(), 13
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        week.save(force_insert=True)


def test_the_evidence_of_a_flag_never_changes(programme):
    finding = Finding("PAIN_RISING", "amber", {"reference": 2.0, "mean_recent": 5.0})
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=NIGHT, now=NOON)
    for changed in ({"evidence": {}}, {"rule_version": "2000.1"}, {"raised_on": START}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Flag.objects.update(**changed)


# --- After death or discharge
def test_a_rise_is_flagged_while_in_care(rising):
    assert flags_of_the_night(rising) == ["PAIN_RISING"]


@pytest.mark.parametrize("end", ["died_on", "discharged_on"])
def test_nobody_is_judged_after_death_or_discharge(rising, end):
    Patient.objects.update(**{end: NIGHT})
    assert flags_of_the_night(rising) == []


@pytest.mark.parametrize(("died_on", "mails"), [(None, 1), (NIGHT, 0)])
def test_no_code_goes_to_the_address_of_somebody_who_has_died(client, programme, died_on, mails):
    Patient.objects.update(died_on=died_on)
    client.post("/sign-in/", {"email": programme.patient.user.email})
    assert OutboxMessage.objects.count() == mails


# --- Emergency advice
def test_no_clinic_has_another_emergency_profile():
    assert EmergencyProfile.values == ["uk"]
    a_clinic()
    with pytest.raises(IntegrityError, match="emergency_profile"), transaction.atomic():
        Clinic.objects.update(emergency_profile="us")
