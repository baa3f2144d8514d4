"""A clinic of many patients, reviewed by the command, and what the reviews left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine
from django.core.management import call_command

from clinic.models import Clinic
from programmes.management.commands.seed_load import load
from programmes.models import ChangedPatient, Flag, ReviewItem, ReviewRun
from tests.conftest import as_superuser

LAST_DAY = date(2026, 11, 20)
WRITTEN = (Flag, ReviewItem, ReviewRun, ChangedPatient)


def a_cohort(patients: int, *, clinic_size: int, weeks: int = 8) -> list[Clinic]:
    load(patients=patients, weeks=weeks, seed=5, clinic_size=clinic_size, last_day=LAST_DAY)
    return list(Clinic.objects.filter(slug__startswith="load-"))


@contextmanager
def morning_after(day: date, **later: float) -> Iterator[datetime]:
    """Six o'clock UTC on the next day, or so much later: the review hour of every clinic here is over."""
    moment = datetime.combine(day + timedelta(days=1), time(6), UTC) + timedelta(**later)
    with time_machine.travel(moment, tick=False):
        yield moment


def review() -> None:
    """What the workers do in a tick."""
    call_command("run_review", verbosity=0)


def flags() -> list[tuple[Any, ...]]:
    """All of them, by what the rules decide: no keys, no instants."""
    columns = ("code", "severity", "raised_on", "evidence", "latest", "condition_ended_on", "resolved_on")
    rows = Flag.objects.order_by("patient_id", "code", "raised_on")
    return list(rows.values_list("patient_id", *columns, "resolution"))


def items() -> list[tuple[Any, ...]]:
    rows = ReviewItem.objects.order_by("patient_id", "opened_on")
    return list(rows.values_list("patient_id", "status", "severity", "opened_on", "outcome"))


def forget_reviews() -> None:
    """As if no night had been reviewed yet."""
    with as_superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        for model in WRITTEN:
            connection.execute(f"DELETE FROM {model._meta.db_table}".encode())
