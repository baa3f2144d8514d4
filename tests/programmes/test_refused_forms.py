"""Refused forms are counted by day, hold up nobody, and end with the next walk that comes in."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from uuid_utils.compat import uuid7

from clinic.models import HistoryEntry, Role
from patients.models import Patient
from programmes.clinical.silence import Refused
from programmes.models import RefusedForm, Walk
from programmes.services.correcting import mark_entered_in_error
from programmes.services.own_walks import change_own_walk
from programmes.services.refused_walks import count_refused_form, refused_since_the_last_walk
from programmes.services.walk_logging import WalkEntry
from tests.at_once import at_once
from tests.factories import DUTY_LETTER, NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.patients.test_restriction import restrict

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture
def clinician(db):
    return a_staff_member(a_clinic())


@pytest.fixture
def patient(clinician):
    return a_programme(a_patient(clinician.clinic), clinician, starts_on=TODAY - 30 * DAY).patient


def refuse(patient, *times):
    for at in times:
        count_refused_form(patient=patient, now=at)


def found(patient, *, since=TODAY - 30 * DAY):
    return refused_since_the_last_walk(patient=patient, since=since)


def test_each_day_has_one_row_with_how_often_and_when_last(patient):
    refuse(patient, NOON - DAY, NOON - timedelta(hours=2), NOON)
    rows = RefusedForm.objects.for_clinic(patient.clinic).order_by("on").values_list("on", "times", "last_at")
    assert list(rows) == [(TODAY - DAY, 1, NOON - DAY), (TODAY, 2, NOON)]


def test_the_day_is_the_patients_own(clinician):
    far = a_patient(clinician.clinic, time_zone="Pacific/Kiritimati")
    refuse(far, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert RefusedForm.objects.get().on == TODAY + DAY


def test_nothing_of_what_was_typed_is_kept():
    kept = {field.name for field in RefusedForm._meta.concrete_fields}
    assert kept == {"id", "clinic", "patient", "on", "times", "last_at"}


def test_its_history_names_the_patient(patient):
    refuse(patient, NOON, NOON)
    entries = HistoryEntry.objects.of_row("programmes_refusedform", RefusedForm.objects.get().pk)
    assert list(entries.values_list("patient_id", flat=True)) == [patient.pk, patient.pk]


def test_a_restricted_record_takes_no_count(patient):
    restrict(patient, a_staff_member(patient.clinic, Role.MANAGER))
    refuse(Patient.objects.get(pk=patient.pk), NOON)
    assert RefusedForm.objects.count() == 0


def test_days_and_times_of_the_silence_are_told(patient):
    refuse(patient, NOON - 5 * DAY, NOON - 2 * DAY, NOON - 2 * DAY)
    assert found(patient) == Refused(days=2, times=3, last_on=TODAY - 2 * DAY)


def test_who_was_never_refused_tried_nothing(patient, clinician):
    refuse(a_patient(clinician.clinic), NOON)
    assert found(patient) is None


@pytest.mark.parametrize(("hours", "ended"), [(-1, False), (0, True), (1, True)])
def test_a_walk_that_comes_in_afterwards_ends_it(patient, hours, ended):
    refuse(patient, NOON - DAY)
    walk_on = TODAY - 3 * DAY
    a_walk(patient.programmes.get(), walk_on, now=NOON - DAY + timedelta(hours=hours))
    assert (found(patient) is None) is ended


def test_a_walk_of_another_ends_nothing(patient, clinician):
    refuse(patient, NOON - DAY)
    a_walk(a_programme(a_patient(clinician.clinic), clinician), TODAY, now=NOON)
    assert found(patient) == Refused(1, 1, TODAY - DAY)


def test_a_walk_that_was_taken_out_later_came_in_all_the_same(patient, clinician):
    refuse(patient, NOON - DAY)
    walk = a_walk(patient.programmes.get(), TODAY, now=NOON).walk
    mark_entered_in_error(walk=walk, reason="typed twice", by=clinician, now=NOON)
    assert found(patient) is None


def test_a_change_of_an_older_walk_is_no_walk_that_came_in(patient):
    walk = a_walk(patient.programmes.get(), TODAY - DAY, now=NOON - DAY).walk
    refuse(patient, NOON - timedelta(hours=1))
    change_own_walk(
        walk=walk,
        patient=patient,
        entry=WalkEntry(client_uuid=uuid7(), walked_on=TODAY - DAY, minutes=20),
        duty_letter=DUTY_LETTER,
        by=patient.user,
        now=NOON,
    )
    assert found(patient) == Refused(1, 1, TODAY)


@pytest.mark.parametrize(("since", "days"), [(7, 3), (6, 2), (3, 1)])
def test_only_the_days_asked_about_count(patient, since, days):
    refuse(patient, *(NOON - ago * DAY for ago in (7, 5, 3)))
    assert found(patient, since=TODAY - since * DAY).days == days


def test_what_a_walk_put_right_on_the_same_day_counts_no_more(patient):
    refuse(patient, *(NOON - timedelta(hours=each) for each in (5, 4, 3)))
    a_walk(patient.programmes.get(), TODAY, now=NOON - timedelta(hours=2))
    refuse(patient, NOON)
    assert found(patient) == Refused(days=1, times=1, last_on=TODAY)


def test_a_row_of_another_clinic_cannot_name_this_patient(patient):
    other = a_clinic(name="Oak Clinic")
    row = RefusedForm(clinic=other, patient=patient, on=TODAY, times=1, last_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_four_that_are_refused_at_once_are_four(patient):
    at_once(*[partial(count_refused_form, patient=patient, now=NOON)] * 4)
    assert RefusedForm.objects.get().times == 4


@pytest.mark.django_db(transaction=True)
def test_a_count_that_is_not_committed_holds_up_no_walk(patient):
    """The walk gives up after a tenth of a second where the count holds what it needs."""

    def walk():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        a_walk(patient.programmes.get(), TODAY, now=NOON)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # keys of patient and clinic, while it is held

    answers = at_once(partial(count_refused_form, patient=patient, now=NOON), walk)
    assert (answers, Walk.objects.count()) == ([None, None], 1)
