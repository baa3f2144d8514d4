"""How a programme and care end: never before the beginning, nothing closed in silence."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError

from clinic.models import Role, UserSession
from clinic.permissions import NotAllowed
from patients.models import Patient
from patients.services.enrolment import change_patient
from patients.services.in_care import CareHasEnded
from programmes.clinical.diary import Finding
from programmes.models import Ending, ItemStatus, Programme, ProgrammeStatus, ReviewItem
from programmes.services import changing, prescribing
from programmes.services.ending import (
    HasBegun,
    NotBegun,
    NotThatDay,
    OutcomeMissing,
    discharge_patient,
    end_programme,
    take_back_programme,
)
from programmes.services.flagging import raise_flag
from programmes.services.plan_reading import plan_of
from tests.factories import NOON, a_clinic, a_draft, a_patient, a_programme, a_staff_member, a_walk
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


def discharge(patient, by, ending=Ending.DISCHARGED, on=TODAY):
    discharge_patient(patient=patient, ending=ending, on=on, reason="Moves away.", by=by, now=NOON)
    patient.refresh_from_db()


def end(programme, on, ending=Ending.COMPLETED, now=NOON):
    by = programme.clinician
    end_programme(programme=programme, ending=ending, on=on, reason="Goal reached.", by=by, now=now)
    programme.refresh_from_db()


def page(programme, name="end"):
    return f"/admin/programmes/programme/{programme.pk}/{name}/"


def test_the_database_knows_no_end_before_the_start(programme):
    before = programme.starts_on - timedelta(days=1)
    ended = {"status": "revoked", "ended_on": before, "ended_by": programme.clinician.user}
    with pytest.raises(IntegrityError, match="programmes_programme_ends_after_start"):
        Programme.objects.filter(pk=programme.pk).update(**ended)


def test_a_programme_ends_on_its_first_day_at_the_earliest(clinician, to_come):
    with pytest.raises(NotBegun):
        end(to_come, TODAY)
    then = NOON + timedelta(days=3)
    with pytest.raises(NotThatDay):
        end(to_come, LATER - timedelta(days=1), now=then)
    end(to_come, LATER, Ending.DISCHARGED, now=then)
    assert (to_come.status, to_come.ended_on) == (ProgrammeStatus.REVOKED, LATER)


def test_an_end_may_be_told_some_days_late_with_its_reason(clinician, programme):
    end(programme, TODAY - timedelta(days=4))
    told = (programme.ended_on, programme.ended_reason, programme.status)
    assert told == (TODAY - timedelta(days=4), "Goal reached.", ProgrammeStatus.COMPLETED)


@pytest.mark.parametrize("days", [-1, 15])
def test_nothing_ends_in_the_future_or_more_than_two_weeks_ago(clinician, days):
    programme = a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY - timedelta(days=40))
    with pytest.raises(NotThatDay):
        end(programme, TODAY - timedelta(days=days))
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.ACTIVE


def test_no_end_before_the_last_walk(clinician, programme):
    a_walk(programme, TODAY - timedelta(days=2))
    with pytest.raises(NotThatDay) as refusal:
        end(programme, TODAY - timedelta(days=3))
    assert refusal.value.earliest == TODAY - timedelta(days=2)
    end(programme, TODAY - timedelta(days=2))


def test_no_end_before_the_plan_was_last_changed(clinician, programme):
    yesterday = NOON - timedelta(days=1)
    standing = changing.standing_of(programme=programme, on=yesterday.date())
    change = changing.going_to_week(standing, number=1, from_on=yesterday.date(), reason="Sore.")
    changing.revise(
        programme=programme, change=change, seen_version=programme.version, by=clinician, now=yesterday
    )
    with pytest.raises(NotThatDay) as refusal:
        end(programme, TODAY - timedelta(days=2))
    assert refusal.value.earliest == yesterday.date()


def test_an_end_without_a_day_knows_no_reason(programme):
    with pytest.raises(IntegrityError, match="programmes_programme_reason_with_end"):
        Programme.objects.filter(pk=programme.pk).update(ended_reason="Goal reached.")


def test_the_page_keeps_what_was_typed_and_says_beside_the_day_what_is_possible(client, clinician, programme):
    desk = sign_in_staff(client, clinician)
    typed = {"on": "2026-11-01", "ending": "completed", "reason": "Goal reached."}
    answer = desk.post(page(programme), typed)
    said = "Choose a day from 12 Nov 2026 to today: not before the last walk or the plan&#x27;s last change."
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert 'value="Goal reached."' in answer.content.decode()
    desk.post(page(programme), {**typed, "on": "2026-11-20"})
    programme.refresh_from_db()
    assert (programme.ended_on.isoformat(), programme.ended_reason) == ("2026-11-20", "Goal reached.")
    assert "completed – Goal reached." in desk.get(page(programme, "change")).content.decode()


def test_an_end_without_a_reason_is_refused(client, clinician, programme):
    answer = sign_in_staff(client, clinician).post(
        page(programme), {"on": TODAY.isoformat(), "ending": "completed"}
    )
    programme.refresh_from_db()
    assert (answer.status_code, programme.status) == (422, ProgrammeStatus.ACTIVE)
    assert "Say in a few words why." in answer.content.decode()


def test_before_its_first_day_a_programme_is_taken_back_and_the_patient_sees_none(clinician, to_come):
    take_back_programme(programme=to_come, today=TODAY, by=clinician, now=NOON)
    to_come.refresh_from_db()
    assert (to_come.status, to_come.ended_on) == (ProgrammeStatus.ENTERED_IN_ERROR, None)
    assert plan_of(patient=to_come.patient, on=TODAY) is None


def test_on_its_first_day_it_is_too_late_to_take_it_back(clinician, to_come):
    with pytest.raises(HasBegun):
        take_back_programme(programme=to_come, today=LATER, by=clinician, now=NOON)


def test_what_has_ended_is_not_taken_back(clinician, programme):
    end(programme, TODAY)
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
    assert (programme.ended_reason, programme.patient.discharge_reason) == ("Moves away.", "Moves away.")


def test_a_discharge_may_be_told_some_days_late_but_not_before_the_plan(clinician, programme):
    with pytest.raises(NotThatDay) as refusal:
        discharge(programme.patient, clinician, on=TODAY - timedelta(days=10))
    assert refusal.value.earliest == programme.starts_on
    discharge(programme.patient, clinician, on=TODAY - timedelta(days=3))
    programme.refresh_from_db()
    assert (programme.patient.discharged_on, programme.ended_on) == (TODAY - timedelta(days=3),) * 2


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
    typed = {"ending": "discharged", "on": TODAY.isoformat(), "reason": "Moves away."}
    assert desk.post(address, {**typed, "on": "2026-11-22"}).status_code == 422
    assert desk.post(address, typed).status_code == 302
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


def test_nothing_is_prescribed_after_a_discharge(clinician, programme):
    draft = a_draft(programme.patient, clinician)
    discharge(programme.patient, clinician)
    draft.patient.refresh_from_db()
    with pytest.raises(CareHasEnded):
        prescribing.assign_programme(programme=draft, by=clinician, now=NOON)
    with pytest.raises(CareHasEnded):
        a_draft(programme.patient, clinician, starts_on=TODAY)


def test_nothing_is_prescribed_for_the_dead(client, clinician, programme):
    Patient.objects.filter(pk=programme.patient_id).update(died_on=TODAY - timedelta(days=1))
    answer = sign_in_staff(client, clinician).post(
        page(programme, "repeat"),
        {"from_on": TODAY.isoformat(), "why": "other", "note": "Sore.", "version": str(programme.version)},
    )
    assert (answer.status_code, programme.revisions.count()) == (422, 1)
    assert "Care of this patient has ended. Nothing was changed." in answer.content.decode()


def test_the_page_says_that_a_draft_of_a_discharged_patient_is_not_assigned(client, clinician):
    draft = a_draft(a_patient(clinician.clinic), clinician, starts_on=TODAY)
    discharge(draft.patient, clinician, None)
    answer = sign_in_staff(client, clinician).post(page(draft, "assign"), {"version": "1"})
    said = "Care of this patient has ended. Nothing was assigned."
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_taken_up_again_the_reason_goes(client, clinician):
    patient = a_patient(clinician.clinic)
    discharge(patient, clinician, None)
    patient.discharged_on = None
    change_patient(record=patient, email=None, by=clinician, now=NOON, today=TODAY)
    patient.refresh_from_db()
    assert (patient.discharged_on, patient.discharge_reason) == (None, "")
