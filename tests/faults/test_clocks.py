"""R10: whatever the clocks of a zone do, each patient is reviewed once a local date, within minutes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from clinic.celery import app
from programmes.models import Flag, ReviewRun
from programmes.services.nights import due_at
from programmes.tasks import plan_review_runs, review_changed_patients, run_planned_reviews
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.faults.own_site import FULL
from tests.figures import Figure, record

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

TICK = timedelta(minutes=1 if FULL else 10)
GAP = timedelta(minutes=10)
HOUR = timedelta(hours=1)
CHANGES = [
    ("Europe/London", date(2026, 10, 25), 1),  # this hour comes twice
    ("Europe/London", date(2027, 3, 28), 1),  # this hour is missing
    ("Australia/Lord_Howe", date(2026, 10, 4), 2),  # half of this hour is missing
    ("Australia/Lord_Howe", date(2027, 4, 4), 1),  # half an hour comes twice
    ("Asia/Kathmandu", date(2027, 1, 1), 0),  # UTC+5:45
    ("Pacific/Kiritimati", date(2027, 1, 1), 0),  # UTC+14
    ("Pacific/Apia", date(2027, 1, 1), 0),  # UTC+13, since it left out a day
]


@pytest.mark.parametrize(("zone", "around", "review_hour"), CHANGES)
def test_each_patient_is_reviewed_once_for_each_local_date_within_minutes(zone, around, review_hour):
    clinic = a_clinic(time_zone=zone, review_hour=review_hour)
    patients = [a_rise(clinic, around), a_rise(clinic, around)]
    done = dict(nights_of(clinic, around))
    days = [around + timedelta(days=n) for n in (-1, 0, 1)]
    waits = [done[day] - due_at(clinic, day) for day in days]
    late = [wait for wait in waits if not timedelta(0) <= wait <= GAP]
    record(Figure(f"R10: nights not reviewed once and within 10 minutes, {zone} {around}", len(late), "== 0"))
    assert late == []
    runs = ReviewRun.objects.for_clinic(clinic).filter(local_date__in=days)
    rows = runs.order_by("local_date").values_list("local_date", "patients_evaluated", "patients_failed")
    assert list(rows) == [(day, len(patients), 0) for day in days]
    rises = Flag.objects.for_clinic(clinic).filter(code="PAIN_RISING").values_list("patient_id", flat=True)
    assert Counter(rises) == Counter(patient.pk for patient in patients)


def a_rise(clinic, around):
    """At 3 for four weeks, then at 6, for the third time on the day itself."""
    start = around - timedelta(days=32)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=start)
    for n in (7 * week + day for week in range(5) for day in (0, 2, 4)):
        on = start + timedelta(days=n)
        a_walk(programme, on, pain=6 if n > 27 else 3, now=datetime(on.year, on.month, on.day, 3, tzinfo=UTC))
    return programme.patient


def nights_of(clinic, around):
    """Beat's ticks over some days: each local date with the moment at which its review was done."""
    seen = set()
    for now in ticks(clinic, around):
        with time_machine.travel(now, tick=False):
            for task in (plan_review_runs, run_planned_reviews, review_changed_patients):
                task()
        runs = ReviewRun.objects.for_clinic(clinic).done()
        for day in set(runs.values_list("local_date", flat=True)) - seen:
            seen.add(day)
            yield day, now


def ticks(clinic, around):
    """Close together in the hours in which something can go wrong, and now and then between them."""
    hours = [due_at(clinic, around + timedelta(days=n)) for n in (-2, -1, 0, 1)]
    now = hours[0]
    while now < hours[-1] + 2 * HOUR:
        yield now
        near = any(abs(now - due) <= HOUR + TICK for due in hours)
        now += TICK if FULL or near else 4 * TICK


def test_beat_counts_seconds_in_utc_so_that_no_clock_change_makes_a_gap():
    """In local time beat leaves a hole of 70 minutes in October."""
    reviews = [entry for entry in app.conf.beat_schedule.values() if "review" in entry["task"]]
    gaps = [timedelta(seconds=entry["schedule"]) <= GAP for entry in reviews]
    assert (app.conf.timezone, app.conf.enable_utc, gaps) == ("UTC", True, [True] * 3)
