"""A worker dies in the middle of a night: nothing is lost, nothing is there twice."""

import os
import signal
import sys
from datetime import timedelta

import psycopg
import pytest

from clinic import localservices
from programmes.models import ChangedPatient, Flag, ReviewRun
from programmes.models.run import MAX_ATTEMPTS
from programmes.services.nights import plan_nights
from tests.factories import START, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.processes import children_of, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

NIGHT = START + timedelta(days=32)
PATIENTS = 3


@pytest.fixture
def worker(services_environment, tmp_path):
    """Starts real Celery workers; each looks at what is due as soon as it is ready."""
    children = []

    def start():
        command = [
            "-m",
            "celery",
            "-A",
            "clinic.celery",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "INFO",
        ]
        child = localservices.start(
            [sys.executable, *command, "--without-gossip", "--without-mingle"],
            name="worker",
            log=tmp_path / f"worker{len(children)}.log",
            environment=services_environment,
        )
        children.append(child)
        return child

    yield start
    localservices.stop_all(children)


def a_night_with_rises():
    """Three patients whose pain rises; one of them was given up before, which this night makes good."""
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    programmes = [a_programme(a_patient(clinic), clinician) for _ in range(PATIENTS)]
    for programme in programmes:
        for day in (7 * week + day for week in range(5) for day in (0, 2, 4)):
            a_walk(programme, START + timedelta(days=day), pain=6 if day > 27 else 3)
    ChangedPatient.objects.exclude(patient=programmes[0].patient).delete()  # the night alone shall find them
    ChangedPatient.objects.update(attempts=MAX_ATTEMPTS)
    plan_nights(clinic=clinic, first=NIGHT, last=NIGHT)
    return clinic


def the_night():
    return ReviewRun.objects.get(local_date=NIGHT)


def rises(clinic):
    return Flag.objects.for_clinic(clinic).filter(code="PAIN_RISING").count()


def somebody_waits_for(connection):
    """For what this connection holds: other tests of the same cluster have waits of their own."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for_it = "pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    return connection.execute(f"{waiting} AND {for_it}").fetchone()[0] > 0


def held_in_the_middle(connection):
    """Holds the mark that goes last, so that a review stops with its flags written and not committed."""
    connection.execute("SELECT FROM programmes_changedpatient FOR UPDATE")


def test_another_worker_finishes_the_night_of_a_killed_one_and_every_flag_is_there_once(worker):
    clinic = a_night_with_rises()
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"]) as blocker:
        held_in_the_middle(blocker)
        first = worker()
        wait_until(lambda: somebody_waits_for(blocker))
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
        # The transaction protects: the flags had been written, and nothing of them is left to see or to undo.
        assert (rises(clinic), the_night().status) == (0, "waiting")
    worker()
    wait_until(lambda: the_night().status == "done")
    assert (rises(clinic), the_night().flags_raised) == (PATIENTS, PATIENTS)


def test_a_worker_whose_child_is_killed_finishes_the_night_itself(worker):
    clinic = a_night_with_rises()
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"]) as blocker:
        held_in_the_middle(blocker)
        parent = worker()
        wait_until(lambda: somebody_waits_for(blocker))
        (child,) = children_of(parent.process.pid)
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: the_night().status == "done")
    assert (rises(clinic), the_night().flags_raised) == (PATIENTS, PATIENTS)
