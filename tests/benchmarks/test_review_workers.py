"""Two real workers beside one, over the same nights of the same clinics; and the memory that a worker takes.

Recorded by `make bench`. A test says nothing about time: it says that two workers leave what one leaves.
"""

import os
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from clinic import localservices
from clinic.celery import app
from programmes.models import ReviewRun, RunStatus
from programmes.services.nights import plan_nights
from tests.faults.broker import WORKER
from tests.faults.cohorts import LAST_DAY, a_cohort, flags, forget_reviews, items
from tests.figures import RECORD, Figure, record
from tests.processes import children_of, wait_until

MEASURING = RECORD in os.environ
PATIENTS = int(os.environ.get("WAYMARK_BENCH_PATIENTS", "20000")) if MEASURING else 60
CLINICS, WEEKS, ROUNDS = (8, 14, 3) if MEASURING else (4, 6, 1)
TASK = "programmes.tasks.run_planned_reviews"

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])


@pytest.fixture
def clinics():
    return a_cohort(PATIENTS, clinic_size=PATIENTS // CLINICS, weeks=WEEKS)


@contextmanager
def workers(number, environment, folder):
    """Ready, and done with what they look at when they start."""
    folder.mkdir()
    started = [
        localservices.start(WORKER, name="worker", log=folder / f"{each}.log", environment=environment)
        for each in range(number)
    ]
    try:
        wait_until(lambda: all("ready" in (folder / f"{each}.log").read_text() for each in range(number)))
        time.sleep(2)  # their first look finds nothing to do
        yield started
    finally:
        localservices.stop_all(started)


def nights(clinics, number):
    """Seconds until every clinic's night is done; begun anew, so that each time the same is written."""
    forget_reviews()
    for clinic in clinics:
        plan_nights(clinic=clinic, first=LAST_DAY, last=LAST_DAY)
    began = time.perf_counter()
    for _each in range(number):
        app.send_task(TASK)
    wait_until(lambda: not ReviewRun.objects.filter(status=RunStatus.WAITING).exists(), seconds=600)
    return time.perf_counter() - began


def most_memory(worker):
    """Of the process that does the work, in MB."""
    sizes = [
        int(line.split()[1]) / 1024
        for child in children_of(worker.process.pid)
        for line in Path(f"/proc/{child}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return max(sizes)


def test_two_workers_leave_what_one_leaves(clinics, services_environment, tmp_path):
    took, left, memory = {}, {}, 0.0
    for number in (1, 2):
        with workers(number, services_environment, tmp_path / str(number)) as started:
            took[number] = median(nights(clinics, number) for _round in range(ROUNDS))
            memory = max(memory, *map(most_memory, started))
        left[number] = flags(), items()
    record(Figure(f"two workers beside one, {PATIENTS} patients, x", round(took[1] / took[2], 2), ">= 1.8"))
    record(Figure("most memory of a worker, MB", round(memory), "<= 200 MB"))
    assert (left[1], len(left[1][0]) > 0) == (left[2], True)
