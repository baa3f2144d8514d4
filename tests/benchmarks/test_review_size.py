"""What a night costs, beside the dearest reasonable ways of writing it; recorded by `make bench`.

The unit is L: a sequential scan over the last 84 days of walks, in the same database and the same run. All
costs are seconds of CPU of client and server. A test says nothing about time (figures do): it says that a
night done again writes nothing, and that the screened night finds what judging everybody finds.
"""

import os
import resource
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import pytest
from django.db import connection, transaction

from clinic.models import Clinic
from clinic.tenancy import acting_for
from programmes.management.commands.seed_load import load
from programmes.models import Flag, Programme, ReviewItem
from programmes.services.flagging import changes_of, store_changes
from programmes.services.gathering import subjects_of
from programmes.services.nights import review_night
from programmes.services.screening import to_be_judged
from tests.benchmarks.cpu import cpu_seconds_of
from tests.figures import RECORD, Figure, record

LAST_DAY = date(2026, 11, 20)
MEASURING = RECORD in os.environ
PATIENTS = int(os.environ.get("WAYMARK_BENCH_PATIENTS", "20000")) if MEASURING else 120
SIZE, WEEKS = (5000, 14) if MEASURING else (60, 10)
SAMPLE = 200 if MEASURING else 10
BEFORE = (28, 21, 14, 10, 7, 6, 5, 4, 3, 2, 1)
"""Nights before the one that is measured, in days: so long until the queue holds what it usually holds."""

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])


@pytest.fixture
def clinics():
    load(patients=PATIENTS, weeks=WEEKS, seed=1, clinic_size=SIZE, last_day=LAST_DAY)
    loaded = list(Clinic.objects.filter(slug__startswith="load-"))
    for days in BEFORE:
        night(loaded, LAST_DAY - timedelta(days=days))
    return loaded


def night(clinics, on):
    """The night of every clinic; how many flags it raised and cleared."""
    at = morning_after(on)
    runs = [review_night(clinic=clinic, local_date=on, now=at, again=True) for clinic in clinics]
    return sum(run.flags_raised + run.flags_cleared for run in runs)


def morning_after(on):
    return datetime.combine(on + timedelta(days=1), time(5), UTC)


def scan():
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            cursor.execute(f"SET enable_{way} = off")
        first = LAST_DAY - timedelta(days=83)
        cursor.execute(
            "SELECT count(*), sum(pain_before) FROM programmes_walk WHERE walked_on >= %s", [first]
        )
        cursor.execute("RESET ALL")


def screen(clinics):
    found = 0
    for clinic in clinics:
        with acting_for(clinic):
            found += len(to_be_judged(clinic=clinic, on=LAST_DAY))
    return found


def each_alone(clinic):
    """One patient after the other with queries of their own: the commonest code."""
    with acting_for(clinic):
        patients = Programme.objects.for_clinic(clinic).running().values_list("patient_id", flat=True)
        for patient in patients[:SAMPLE]:
            for subject in subjects_of(clinic=clinic, on=LAST_DAY, patients=[patient]):
                changes_of(subject=subject, on=LAST_DAY)


def all_gathered(clinic):
    """A clinic's rows by a few queries, everybody judged in Python."""
    with acting_for(clinic):
        return [
            (subject, changes)
            for subject in subjects_of(clinic=clinic, on=LAST_DAY)
            if (changes := changes_of(subject=subject, on=LAST_DAY))
        ]


def all_gathered_and_stored(clinic):
    """The same with its flags written together, and taken back."""
    with acting_for(clinic):
        store_changes(judged=all_gathered(clinic), on=LAST_DAY, now=morning_after(LAST_DAY))
        transaction.set_rollback(True)


def written():
    return Flag.objects.count(), ReviewItem.objects.count(), Flag.objects.filter(resolved_on=None).count()


def test_a_night_costs_little_and_done_again_writes_nothing(clinics):
    unit = median(cpu_seconds_of(scan) for _round in range(5))
    alone = cpu_seconds_of(lambda: each_alone(clinics[0])) / SAMPLE
    gathered = cpu_seconds_of(lambda: all_gathered_and_stored(clinics[0])) / SIZE
    screening = median(cpu_seconds_of(lambda: screen(clinics)) for _round in range(3))
    judged = screen(clinics)
    changes: list[int] = []
    full = cpu_seconds_of(lambda: changes.append(night(clinics, LAST_DAY)))
    before = written()
    again = cpu_seconds_of(lambda: changes.append(night(clinics, LAST_DAY)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    per_patient = full / PATIENTS
    for name, value, target in (
        (f"review of {PATIENTS} patients, flags written, x L", full / unit, "<= 5 L"),
        ("of it the screen, x L", screening / unit, "<= 5 L"),
        ("the same night again, x L", again / unit, "<= 5 L"),
        ("judged by the rules after the screen, %", 100 * judged / PATIENTS, "<= 100 %"),
        ("flags raised and cleared, % of patients", 100 * changes[0] / PATIENTS, "<= 100 %"),
        ("cheaper than each patient alone, x", alone / per_patient, ">= 100"),
        ("cheaper than everybody gathered, judged and flagged, x", gathered / per_patient, ">= 8"),
        ("CPU a patient, microseconds", 1e6 * per_patient, "<= 1000"),
        ("L for 100,000 patients, seconds", unit * 100_000 / PATIENTS, "<= 10 s"),
        ("most memory of the process, loading included, MB", memory, "<= 2000 MB"),
    ):
        record(Figure(name, round(value, 2), target))
    record(Figure("rows that the night writes when it is done again", changes[1], "== 0"))
    assert (changes[1], written()) == (0, before)


def test_a_screened_night_changes_what_judging_everybody_would(clinics):
    """But for what is judged when a walk comes in (ADR 0057)."""
    on_saving = {"OVERDOING", "DATA_QUALITY", "FLARE"}
    expected = {
        subject.programme.patient_id
        for subject, changes in all_gathered(clinics[0])
        if not {change.code for change in changes} <= on_saving
    }
    with acting_for(clinics[0]):
        taken = to_be_judged(clinic=clinics[0], on=LAST_DAY)
    assert expected - set(taken) == set()
