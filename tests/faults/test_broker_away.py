"""R4 and R5: whatever the broker does, walks are saved; when it is back, the workers go on."""

import http.client
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from clinic import localservices
from programmes.models import ChangedPatient, Walk
from programmes.services.nights import mark_changed
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.faults.broker import CELERY, WORKER, Broker
from tests.faults.own_site import FULL
from tests.figures import RECORD, Figure, record
from tests.patients.walk_form import PAGE, answers
from tests.processes import free_port, wait_until
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

# In each state of the broker: eight show that they are saved, a hundred how long it takes.
WALKS = 100 if FULL or RECORD in os.environ else 8
RESTARTS = 50 if FULL else 3
STATES = ("there", "gone", "silent", "emptied", "full")
TASKS = [
    f"programmes.tasks.{name}"
    for name in ("plan_review_runs", "run_planned_reviews", "review_changed_patients")
]
CSRF = "k" * 32  # in the cookie and in the form: a secret is its own token


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def start(services_environment, broker, tmp_path):
    """Starts a process of this site, over the broker that may be ill-treated."""
    children = []

    def start(name, *command, **environment):
        own = services_environment | {"REDIS_URL": broker.url, **environment}
        child = localservices.start(command, name=name, log=tmp_path / f"{name}.log", environment=own)
        children.append(child)
        return child

    yield start
    localservices.stop_all(children, patience=1)


@pytest.fixture
def web(start):
    port = free_port()
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    start("web", gunicorn, "clinic.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", WAYMARK_DEMO="1")
    wait_until(lambda: answers_at(port), seconds=120)
    return port


def answers_at(port):
    try:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        link.request("GET", "/healthz/live")
        return link.getresponse().status == 200
    except OSError:
        return False


def a_person(clinic, member):
    """In the fifth week of a plan, today."""
    starts_on = datetime.now(UTC).date() - timedelta(days=30)
    return a_programme(a_patient(clinic), member, starts_on=starts_on).patient


def sent(port, patient):
    """Status of this patient's walk form, and how long its answer took, in ms."""
    session = sign_in_patient(Client(), patient).cookies[settings.SESSION_COOKIE_NAME].value
    form = answers(walked_on=datetime.now(UTC).date().isoformat(), csrfmiddlewaretoken=CSRF)
    head = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        "Origin": f"http://127.0.0.1:{port}",
    }
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.monotonic()
    link.request("POST", PAGE, urlencode(form, doseq=True), head)
    status = link.getresponse().status
    return status, 1000 * (time.monotonic() - began)


def test_every_walk_is_saved_whatever_the_broker_does_and_reviewed_when_it_is_back(web, broker, start):
    clinic = a_clinic()
    member = a_staff_member(clinic)
    beat = (*CELERY, "beat", "--schedule", str(broker.folder / "beat"))
    running = {command: start("celery", *command) for command in (WORKER, beat)}
    statuses, took = {}, {}
    for state in STATES:
        patients = [a_person(clinic, member) for _ in range(WALKS)]
        # What the state before left undone would be done meanwhile, on the processors that serve these walks.
        wait_until(lambda: restarted(running, start) and not marked(clinic), seconds=120)
        with getattr(broker, state)():
            said = [sent(web, patient) for patient in patients]
        statuses[state] = {status for status, _ms in said}
        took[state] = quantiles([ms for _status, ms in said], n=20)[18]
    back = time.monotonic()
    assert statuses == dict.fromkeys(STATES, {302})
    assert Walk.objects.for_clinic(clinic).count() == WALKS * len(STATES)
    wait_until(lambda: restarted(running, start) and not marked(clinic), seconds=120)
    record(Figure("R4: backlog of a broker that was away is reviewed", time.monotonic() - back, "<= 120 s"))
    for state in STATES[1:]:
        record(
            Figure(f"R4: walk saved, p95 v a healthy broker: {state}", took[state] / took["there"], "<= 1.2")
        )


def restarted(running, start):
    """Starts again what gave up on a full broker, as compose does (`restart: unless-stopped`)."""
    for number, (command, child) in enumerate(list(running.items())):
        if child.process.poll() is not None:
            running[command] = start(f"again-{number}", *command)
    return True


def marked(clinic):
    return ChangedPatient.objects.for_clinic(clinic).exists()


def test_a_worker_goes_on_after_each_restart_of_the_broker(broker, start):
    clinic = a_clinic()
    patient = a_person(clinic, a_staff_member(clinic))
    start("worker", *WORKER)
    broker.wake(*TASKS)
    wait_until(lambda: not marked(clinic), seconds=60)
    reviewed = 0
    for number in range(RESTARTS):
        broker.stop(signal.SIGKILL if number % 2 else signal.SIGTERM)
        broker.start()
        mark_changed(patient=patient, earliest_on=patient.created_at.date(), now=datetime.now(UTC))
        broker.wake(*TASKS)
        wait_until(lambda: not marked(clinic), seconds=60)
        reviewed += 1
    record(Figure(f"R5: stuck after {RESTARTS} restarts of the broker", RESTARTS - reviewed, "== 0"))
    assert reviewed == RESTARTS
