"""How a programme and care end: never before the beginning, nothing closed in silence."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError

from clinic.models import Role, UserSession
from clinic.permissions import NotAllowed
from patients.models import Patient
from programmes.clinical.diary import Finding
from programmes.models import Ending, ItemStatus, Programme, ProgrammeStatus, ReviewItem
from programmes.services import prescribing
from programmes.services.ending import (
    CareHasEnded,
    HasBegun,
    OutcomeMissing,
    discharge_patient,
    take_back_programme,
)
from programmes.services.flagging import raise_flag
from programmes.services.plan_reading import plan_of
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member
from tests.programmes.test_wording import PAIN
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
LATER = TODAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


@pytest.fixture
def programme(clinician):
    return a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY - timedelta(days=9))


@pytest.fixture
def to_come(clinician):
    return a_programme(a_patient(clinician.clinic), clinician, starts_on=LATER)


def discharge(patient, by, ending=Ending.DISCHARGED):
    discharge_patient(patient=patient, ending=ending, today=TODAY, by=by, now=NOON)
    patient.refresh_from_db()


def page(programme, name="end"):
    return f"/admin/programmes/programme/{programme.pk}/{name}/"


def test_the_database_knows_no_end_before_the_start(programme):
    before = programme.starts_on - timedelta(days=1)
    ended = {"status": "revoked", "ended_on": before, "ended_by": programme.clinician.user}
    with pytest.raises(IntegrityError, match="programmes_programme_ends_after_start"):
        Programme.objects.filter(pk=programme.pk).update(**ended)


def test_a_programme_ends_on_its_first_day_at_the_earliest(clinician, to_come):
    end = {"programme": to_come, "ending": Ending.DISCHARGED, "by": clinician, "now": NOON}
    with pytest.raises(prescribing.NotBegun):
        prescribing.end_programme(on=LATER - timedelta(days=1), **end)
    prescribing.end_programme(on=LATER, **end)
    to_come.refresh_from_db()
    assert (to_come.status, to_come.ended_on) == (ProgrammeStatus.REVOKED, LATER)


def test_before_its_first_day_a_programme_is_taken_back_and_the_patient_sees_none(clinician, to_come):
    take_back_programme(programme=to_come, today=TODAY, by=clinician, now=NOON)
    to_come.refresh_from_db()
    assert (to_come.status, to_come.ended_on) == (ProgrammeStatus.ENTERED_IN_ERROR, None)
    assert plan_of(patient=to_come.patient, on=TODAY) is None


def test_on_its_first_day_it_is_too_late_to_take_it_back(clinician, to_come):
    with pytest.raises(HasBegun):
        take_back_programme(programme=to_come, today=LATER, by=clinician, now=NOON)


def test_what_has_ended_is_not_taken_back(clinician, programme):
    prescribing.end_programme(programme=programme, ending=Ending.COMPLETED, on=TODAY, by=clinician, now=NOON)
    with pytest.raises(prescribing.NotRunning):
        take_back_programme(programme=programme, today=TODAY, by=clinician, now=NOON)


def test_the_page_to_end_a_programme_to_come_takes_it_back(client, clinician, to_come):
    desk = sign_in_staff(client, clinician)
    assert "This programme starts on 24 Nov 2026." in desk.get(page(to_come)).content.decode()
    desk.post(page(to_come))
    to_come.refresh_from_db()
    assert to_come.status == ProgrammeStatus.ENTERED_IN_ERROR


def test_a_discharge_ends_the_programme_with_its_outcome(clinician, programme):
    discharge(programme.patient, clinician, Ending.REFERRED)
    programme.refresh_from_db()
    assert (programme.patient.discharged_on, programme.ended_on) == (TODAY, TODAY)
    assert (programme.status, programme.ending) == (ProgrammeStatus.REVOKED, Ending.REFERRED)


def test_a_discharge_without_an_outcome_ends_nothing(clinician, programme):
    with pytest.raises(OutcomeMissing):
        discharge(programme.patient, clinician, None)
    programme.refresh_from_db()
    assert (programme.status, programme.patient.discharged_on) == (ProgrammeStatus.ACTIVE, None)


def test_a_discharge_takes_a_programme_to_come_back(clinician, to_come):
    discharge(to_come.patient, clinician, None)
    to_come.refresh_from_db()
    assert (to_come.status, to_come.patient.discharged_on) == (ProgrammeStatus.ENTERED_IN_ERROR, TODAY)


def test_open_items_stay_until_a_person_closes_them(clinician, programme):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    discharge(programme.patient, clinician)
    assert list(ReviewItem.objects.values_list("status", flat=True)) == [ItemStatus.REQUESTED]


def test_a_discharged_patient_is_signed_out(client, clinician, programme):
    sign_in_patient(client, programme.patient)
    before = UserSession.objects.filter(user=programme.patient.user).count()
    discharge(programme.patient, clinician)
    assert (before, UserSession.objects.filter(user=programme.patient.user).count()) == (1, 0)
    assert client.get("/today/").status_code == 302


def test_nobody_is_discharged_twice(clinician, programme):
    discharge(programme.patient, clinician)
    with pytest.raises(CareHasEnded):
        discharge(programme.patient, clinician)


def test_a_manager_discharges_only_where_no_programme_runs(clinician, programme):
    manager = a_staff_member(clinician.clinic, Role.MANAGER)
    idle = a_patient(clinician.clinic)
    discharge(idle, manager, None)
    with pytest.raises(NotAllowed):
        discharge(programme.patient, manager)
    programme.patient.refresh_from_db()
    assert (idle.discharged_on, programme.patient.discharged_on) == (TODAY, None)


def test_the_page_says_what_stays_open_and_asks_how_the_programme_ended(client, clinician, programme):
    finding = Finding("PAIN_RISING", "amber", PAIN)
    raise_flag(patient=programme.patient, programme=programme, finding=finding, on=TODAY, now=NOON)
    desk = sign_in_staff(client, clinician)
    address = f"/admin/patients/patient/{programme.patient_id}/discharge/"
    assert "It stays in the queue until somebody closes it." in desk.get(address).content.decode()
    assert desk.post(address).status_code == 422
    assert desk.post(address, {"ending": "discharged"}).status_code == 302
    assert Patient.objects.get(pk=programme.patient_id).discharged_on == TODAY


def test_the_record_takes_no_discharge_that_would_leave_a_programme_running(client, clinician, programme):
    desk = sign_in_staff(client, clinician)
    patient = programme.patient
    typed = {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "email": patient.user.email,
        "units": "km",
        "discharged_on": TODAY.isoformat(),
    }
    answer = desk.post(f"/admin/patients/patient/{patient.pk}/change/", typed)
    patient.refresh_from_db()
    assert ("it ends the programme too" in answer.content.decode(), patient.discharged_on) == (True, None)
