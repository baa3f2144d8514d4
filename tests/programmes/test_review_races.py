"""Reviews, closings and walks that meet: nothing swallowed, nothing judged too early or never."""

import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from programmes.clinical.detection import Clear
from programmes.clinical.diary import Finding
from programmes.models import ChangedPatient, Flag, ReviewItem
from programmes.services.flag_rows import lock_items
from programmes.services.flagging import raise_flag, store_changes, worsen_flag
from programmes.services.gathering import subjects_of
from programmes.services.nights import (
    keep_up,
    plan_nights,
    review_changed_patients,
    review_night,
    run_planned_reviews,
)
from programmes.services.reviewing import snooze_item
from tests.at_once import at_once
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk

pytestmark = pytest.mark.django_db
PAIN = Finding("PAIN_RISING", "amber", {"reference": 2.0, "mean_recent": 5.0})
DROP = Finding("ADHERENCE_DROPPED", "amber", {"pattern": "silence", "reference": 1.0})


def days(number):
    return START + timedelta(days=number)


def a_running_programme(**dose):
    clinic = a_clinic()
    return a_programme(a_patient(clinic), a_staff_member(clinic), **dose)


def a_flag(programme, finding=PAIN, on=None):
    return raise_flag(
        patient=programme.patient, programme=programme, finding=finding, on=on or days(30), now=NOON
    )


def clear(*flags):
    """A review that finds these flags over."""
    on = days(40)
    subjects = subjects_of(clinic=flags[0].clinic, on=on, patients=[flag.patient_id for flag in flags])
    over = {flag.patient_id: [Clear(flag.code, on)] for flag in flags}
    judged = [(subject, over[subject.programme.patient_id]) for subject in subjects]
    return store_changes(judged=judged, on=on, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_clearing_review_does_not_swallow_a_flag_that_is_being_raised():
    programme = a_running_programme()
    rising = a_flag(programme)

    def clearing_review():
        clear(rising)
        connection.close()

    with transaction.atomic():
        a_flag(programme, DROP)
        clearing = threading.Thread(target=clearing_review)
        clearing.start()
        clearing.join(0.5)  # it waits for this transaction
    clearing.join(10)
    item = ReviewItem.objects.get()
    unresolved = list(Flag.objects.unresolved().values_list("code", flat=True))
    assert (item.status, unresolved) == ("requested", ["ADHERENCE_DROPPED"])


@pytest.mark.django_db(transaction=True)
def test_two_who_store_for_the_same_patients_do_not_wait_for_each_other():
    """They take the patients in the same order, whichever item is the older one."""
    first = a_running_programme()
    second = a_programme(a_patient(first.clinic), first.clinician)
    flags = [a_flag(programme) for programme in (first, second)]
    earlier, later = sorted(flags, key=lambda flag: flag.patient_id)
    cleared = []

    def other_review():
        cleared.append(clear(later, earlier).cleared)
        connection.close()

    with transaction.atomic():
        lock_items([earlier.patient_id])
        other = threading.Thread(target=other_review)
        other.start()
        other.join(0.5)  # it waits for this transaction
        lock_items([later.patient_id])
    other.join(10)
    assert cleared == [2]


@pytest.mark.django_db(transaction=True)
def test_what_two_safety_answers_at_once_say_is_all_kept():
    """The item's lock, which raising takes first, keeps them apart; the flag's own is a second one."""
    programme = a_running_programme()
    a_walk(programme, days(1), new_symptoms=("fever",))
    answers = [("chest_pain",), ("saddle_numbness",)]
    at_once(*(partial(a_walk, programme, days(1), new_symptoms=each) for each in answers))
    assert sorted(Flag.objects.get().latest["items"]) == ["chest_pain", "fever", "saddle_numbness"]


def test_what_gets_worse_wakes_a_snoozed_item():
    programme = a_running_programme()
    flag = a_flag(programme)
    item = ReviewItem.objects.get()
    snooze_item(item=item, until=days(37), by=programme.clinician, today=days(30))
    worsen_flag(flag, Finding("PAIN_RISING", "amber", {"reference": 2.0, "mean_recent": 7.0}))
    item.refresh_from_db()
    assert (item.status, item.snoozed_until) == ("requested", None)


def test_an_item_is_as_severe_as_the_worst_flag_left():
    programme = a_running_programme()
    high = a_flag(programme, Finding("PAIN_RISING", "amber-high", PAIN.evidence))
    a_flag(programme, DROP)
    clear(high)
    assert ReviewItem.objects.get().severity == 3


def test_a_due_night_comes_before_the_patients_that_changed():
    programme = a_running_programme()
    a_walk(programme, days(1))
    plan_nights(clinic=programme.clinic, first=days(1), last=days(1))
    assert review_changed_patients(now=NOON) == 0
    assert [run.local_date for run in run_planned_reviews(now=NOON)] == [days(1)]
    assert review_changed_patients(now=NOON) == 1


def test_a_worker_that_was_away_takes_the_missed_nights_first():
    programme = a_running_programme()
    plan_nights(clinic=programme.clinic, first=days(1), last=days(1))
    list(run_planned_reviews(now=NOON))
    a_walk(programme, days(3))
    assert keep_up(now=datetime(2026, 9, 12, 12, tzinfo=UTC)) == 0


def test_a_day_that_is_not_over_counts_no_walk_as_not_walked():
    programme = a_running_programme()
    at_one = datetime(2026, 9, 16, 0, 30, tzinfo=UTC)  # the ninth day has just begun
    ChangedPatient.objects.update(not_before=at_one)
    review_changed_patients(now=at_one)
    assert Flag.objects.count() == 0
    review_night(clinic=programme.clinic, local_date=days(9), now=NOON)
    assert Flag.objects.get().code == "NOT_STARTED"


def test_a_plan_that_is_backdated_asks_for_walks_from_its_assignment_on():
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=days(0))
    type(programme).objects.filter(pk=programme.pk).update(assigned_at=datetime(2026, 9, 19, 9, tzinfo=UTC))
    review_night(clinic=clinic, local_date=days(12), now=NOON)
    assert Flag.objects.count() == 0


def test_pain_is_compared_with_the_time_before_this_programme():
    programme = a_running_programme(starts_on=days(28))
    for week in range(4):
        for day in (0, 2, 4):
            a_walk(programme, days(7 * week + day), pain=2)
    for day in (28, 30, 32):
        a_walk(programme, days(day), pain=7)
    review_night(clinic=programme.clinic, local_date=days(32), now=NOON)
    assert Flag.objects.get().code == "PAIN_RISING"


@pytest.mark.parametrize("zone", ["Europe/London", "America/Los_Angeles", "Pacific/Auckland"])
def test_pain_is_judged_wherever_the_patient_lives(zone):
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic, time_zone=zone), a_staff_member(clinic))
    late_evening = {"Europe/London": 22, "America/Los_Angeles": 29, "Pacific/Auckland": 10}[zone]
    for day in (*range(0, 28, 2), 28, 30, 32):
        on = days(day)
        now = datetime.combine(on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=late_evening)
        a_walk(programme, on, pain=7 if day >= 28 else 2, now=now)
    for day in range(28, 36):
        review_night(clinic=clinic, local_date=days(day), now=NOON)
    assert [flag.code for flag in Flag.objects.all()] == ["PAIN_RISING"]


def test_a_good_night_takes_a_patient_off_the_list_of_those_not_evaluated():
    programme = a_running_programme()
    ChangedPatient.objects.update(attempts=5)
    review_night(clinic=programme.clinic, local_date=date(2026, 9, 8), now=NOON)
    assert ChangedPatient.objects.given_up().count() == 0
