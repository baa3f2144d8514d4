"""Thresholds of a clinic and of a patient: chosen with a reason, with their history, used by the review."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.models import HistoryEntry, Role
from clinic.permissions import NotAllowed
from clinic.tenancy import act_for, acting_for
from programmes.clinical.thresholds import ADJUSTABLE, DEFAULTS, Setting, thresholds_for
from programmes.models import ChangedPatient, Flag, ThresholdSetting
from programmes.services.gathering import subjects_of
from programmes.services.judged_by import thresholds_of
from programmes.services.nights import review_changed_patients, review_night
from programmes.services.own_thresholds import (
    ChangedMeanwhile,
    OutOfBounds,
    ReasonMissing,
    set_clinic_thresholds,
    set_patient_thresholds,
)
from tests.at_once import at_once
from tests.conftest import as_runtime
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk, limit

pytestmark = pytest.mark.django_db
TABLE = "programmes_thresholdsetting"
DAILY = 42


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER)


def for_clinic(manager, setting, *, seen=0, reason="Too many calls.", now=NOON):
    return set_clinic_thresholds(setting=setting, reason=reason, seen=seen, by=manager, now=now)


def for_patient(clinician, patient, setting, *, seen=0, reason="Walks on shift days only.", now=NOON):
    return set_patient_thresholds(
        patient=patient, setting=setting, reason=reason, seen=seen, by=clinician, now=now
    )


def silent_since(clinician, **fields):
    """Six weeks of daily walks, then none."""
    programme = a_programme(a_patient(clinician.clinic, **fields), clinician, days=7)
    for day in range(DAILY):
        a_walk(programme, START + timedelta(days=day))
    ChangedPatient.objects.all().delete()
    return programme


def codes_after(clinic, silent_days):
    """What the night after so many days without a walk raises."""
    review_night(clinic=clinic, local_date=START + timedelta(days=DAILY - 1 + silent_days), now=NOON)
    return list(Flag.objects.for_clinic(clinic).values_list("code", flat=True))


def marked():
    return set(ChangedPatient.objects.values_list("patient_id", flat=True))


# --- Choosing
def test_a_clinic_that_chose_nothing_is_judged_as_shipped(clinic, clinician):
    patient = a_patient(clinic)
    found = thresholds_of(clinic=clinic, patients=[patient.pk])
    assert (found.clinic, found.of(patient.pk), found.own) == (DEFAULTS, DEFAULTS, {})


def test_the_clinics_choice_holds_for_its_patients_and_the_patients_own_before_it(clinic, clinician, manager):
    one, other = a_patient(clinic), a_patient(clinic)
    for_clinic(manager, Setting("quiet", silence_days=7))
    for_patient(clinician, one, Setting(pain_rise=1.5))
    found = thresholds_of(clinic=clinic, patients=[one.pk, other.pk])
    assert found.of(other.pk) == thresholds_for(Setting("quiet", silence_days=7))
    assert found.own == {one.pk: thresholds_for(Setting("quiet", pain_rise=1.5, silence_days=7))}


def test_another_clinic_and_another_patient_are_judged_as_before(clinic, clinician, manager):
    other_clinic = a_clinic(name="Oak Clinic")
    for_clinic(manager, Setting("quiet"))
    for_patient(clinician, a_patient(clinic), Setting("sensitive"))
    stranger = a_patient(other_clinic)
    assert thresholds_of(clinic=other_clinic, patients=[stranger.pk]).of(stranger.pk) == DEFAULTS


def test_a_patients_setting_that_says_what_the_clinics_says_is_none_of_its_own(clinic, clinician, manager):
    patient = a_patient(clinic)
    for_clinic(manager, Setting("quiet"))
    for_patient(clinician, patient, Setting("quiet"))
    assert thresholds_of(clinic=clinic, patients=[patient.pk]).own == {}


@pytest.mark.parametrize("patients", [1, 30])
def test_one_query_however_many_patients(clinic, clinician, patients, django_assert_num_queries):
    people = [a_patient(clinic) for _ in range(patients)]
    for patient in people:
        for_patient(clinician, patient, Setting("quiet"))
    with django_assert_num_queries(1):
        found = thresholds_of(clinic=clinic, patients=[patient.pk for patient in people])
    assert len(found.own) == patients


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_chosen(clinic, clinician, manager, reason):
    with pytest.raises(ReasonMissing):
        for_clinic(manager, Setting("quiet"), reason=reason)
    with pytest.raises(ReasonMissing):
        for_patient(clinician, a_patient(clinic), Setting("quiet"), reason=reason)
    assert ThresholdSetting.objects.count() == 0


def test_a_number_out_of_its_bounds_is_refused_by_the_verb(manager):
    with pytest.raises(OutOfBounds):
        for_clinic(manager, Setting(silence_days=11))


@pytest.mark.parametrize("name", ADJUSTABLE)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_number_out_of_its_bounds_is_refused_by_the_database(clinic, manager, name, side):
    row = for_clinic(manager, Setting("quiet"))
    bounds = ADJUSTABLE[name]
    step = 0.1 if name == "pain_rise" else 1
    outside = bounds.low - step if side < 0 else bounds.high + step
    with pytest.raises(IntegrityError, match=f"{name}_range"), transaction.atomic():
        ThresholdSetting.objects.filter(pk=row.pk).update(**{name: outside})


def test_a_second_setting_of_the_same_clinic_is_refused_by_the_database(clinic, manager):
    for_clinic(manager, Setting("quiet"))
    with pytest.raises(IntegrityError, match="one_each"), transaction.atomic():
        ThresholdSetting(
            clinic=clinic, reason="again", changed_at=NOON, changed_by=manager.user, sensitivity="quiet"
        ).save(force_insert=True)


# --- Who, when, why, and in which order
def test_who_chose_when_and_why_stands_there_and_what_held_before_in_the_history(clinic, manager):
    first = for_clinic(manager, Setting("quiet"))
    later = NOON + timedelta(days=1)
    row = for_clinic(manager, Setting("sensitive"), seen=1, reason="Two came too late.", now=later)
    assert (row.version, row.reason, row.changed_at, row.changed_by) == (
        2,
        "Two came too late.",
        later,
        manager.user,
    )
    entry = HistoryEntry.objects.of_row(TABLE, first.pk).order_by("id").last()
    assert entry.changed["sensitivity"] == ["quiet", "sensitive"]
    assert entry.changed["reason"] == ["Too many calls.", "Two came too late."]


@pytest.mark.parametrize("seen", [0, 2])
def test_what_was_opened_before_somebody_else_changed_it_is_refused(clinic, manager, seen):
    for_clinic(manager, Setting("quiet"))
    with pytest.raises(ChangedMeanwhile):
        for_clinic(manager, Setting("sensitive"), seen=seen)
    assert ThresholdSetting.objects.get().sensitivity == "quiet"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seen", [0, 1])
def test_of_two_who_choose_at_once_one_is_told(manager, seen):
    if seen:
        for_clinic(manager, Setting("quiet"))
    answers = at_once(*[lambda: for_clinic(manager, Setting("sensitive"), seen=seen).version] * 2)
    assert sorted(map(str, answers)) == [str(seen + 1), "ChangedMeanwhile"]


def test_a_clinician_does_not_choose_for_the_clinic_nor_a_manager_for_a_patient(clinic, clinician, manager):
    with pytest.raises(NotAllowed):
        for_clinic(clinician, Setting("quiet"))
    with pytest.raises(NotAllowed):
        for_patient(manager, a_patient(clinic), Setting("quiet"))


def test_nobody_chooses_for_another_clinics_patient(clinician):
    with pytest.raises(NotAllowed):
        for_patient(clinician, a_patient(a_clinic(name="Oak Clinic")), Setting("quiet"))


def test_another_clinic_sees_none_of_it(clinic, clinician, manager):
    for_clinic(manager, Setting("quiet"))
    for_patient(clinician, a_patient(clinic), Setting("quiet"))
    with as_runtime(), acting_for(a_clinic(name="Oak Clinic")):
        assert ThresholdSetting.objects.count() == 0


# --- The review
def test_the_night_judges_each_patient_by_the_own_thresholds(clinic, clinician, manager):
    for_clinic(manager, Setting(silence_days=8))
    early = silent_since(clinician).patient
    silent_since(clinician)
    for_patient(clinician, early, Setting(silence_days=5))
    assert codes_after(clinic, 5) == ["ADHERENCE_DROPPED"]
    assert Flag.objects.get().patient == early


def test_the_snapshot_keeps_the_thresholds_that_were_used(clinic, clinician, manager):
    for_clinic(manager, Setting("sensitive", silence_days=8))
    silent_since(clinician)
    codes_after(clinic, 8)
    for_clinic(manager, Setting("quiet"), seen=1)
    evidence = Flag.objects.get().evidence
    assert evidence["setting"] == {"sensitivity": "sensitive", "silence_days": 8}
    assert evidence["limits"] == {"surprise": 4.5, "silent_days": 8}


@pytest.mark.parametrize("setting", [Setting("quiet", 2.0, 10, 14, 30)])
def test_the_quietest_setting_lets_severe_pain_and_safety_through(clinic, clinician, manager, setting):
    for_clinic(manager, setting)
    programme = a_programme(a_patient(clinic), clinician)
    for_patient(clinician, programme.patient, setting)
    for day in (0, 3):
        a_walk(programme, START + timedelta(days=day), pain=8)
    review_night(clinic=clinic, local_date=START + timedelta(days=3), now=NOON)
    a_walk(programme, START + timedelta(days=4), new_symptoms=("chest_pain",))
    assert set(Flag.objects.values_list("code", flat=True)) == {"SAFETY", "PAIN_SEVERE"}


def test_gathering_asks_once_for_all_thresholds(clinic, clinician, manager):
    for_clinic(manager, Setting("quiet"))
    own = silent_since(clinician).patient
    other = silent_since(clinician).patient
    for_patient(clinician, own, Setting("sensitive"))
    on = START + timedelta(days=50)
    found = {s.programme.patient_id: s.thresholds for s in subjects_of(clinic=clinic, on=on)}
    assert found == {
        own.pk: thresholds_for(Setting("sensitive")),
        other.pk: thresholds_for(Setting("quiet")),
    }


# --- Judged again
def test_a_changed_setting_of_a_clinic_marks_everybody_with_a_running_programme(clinic, clinician, manager):
    running = silent_since(clinician).patient
    waiting = a_patient(clinic)
    stranger = silent_since(a_staff_member(a_clinic(name="Oak Clinic"))).patient
    for_clinic(manager, Setting("quiet"))
    assert (running.pk in marked(), waiting.pk in marked(), stranger.pk in marked()) == (True, False, False)


def test_a_limited_record_is_marked_too(clinic, clinician, manager):
    patient = silent_since(clinician, lead=clinician).patient
    limit(patient)
    with as_runtime(), transaction.atomic():
        act_for(clinic_id=clinic.pk, user_id=manager.user_id, staff_id=manager.pk, now=NOON)
        for_clinic(manager, Setting("quiet"))
    assert marked() == {patient.pk}


def test_a_changed_setting_of_a_patient_marks_this_one(clinic, clinician):
    one, _other = silent_since(clinician).patient, silent_since(clinician).patient
    for_patient(clinician, one, Setting("quiet"))
    assert marked() == {one.pk}


def test_a_mark_that_had_been_given_up_is_tried_again(clinic, clinician, manager):
    patient = silent_since(clinician).patient
    for_patient(clinician, patient, Setting("quiet"))
    ChangedPatient.objects.update(attempts=5, earliest_on=START)
    for_clinic(manager, Setting("quiet"))
    mark = ChangedPatient.objects.get()
    assert (mark.attempts, mark.earliest_on) == (0, START)


def test_those_marked_are_judged_by_what_was_chosen(clinic, clinician, manager):
    """The pain rose by a little less than balanced asks for."""
    programme = a_programme(a_patient(clinic), clinician)
    for week in range(4):
        for day, pain in ((0, 3), (2, 3), (4, 4)):
            a_walk(programme, START + timedelta(days=7 * week + day), pain=pain)
    for day in (28, 30):
        a_walk(programme, START + timedelta(days=day), pain=5)
    now = a_walk(programme, START + timedelta(days=32), pain=5).walk.received_at
    review_changed_patients(now=now)
    before = Flag.objects.count()
    for_clinic(manager, Setting("sensitive"), now=now)
    review_changed_patients(now=now)
    assert (before, list(Flag.objects.values_list("code", flat=True))) == (0, ["PAIN_RISING"])
