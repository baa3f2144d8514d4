"""What history, read log and chain cost: medians and ratios for `make figures`; no time is asserted."""

import os
import statistics
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from uuid_utils.compat import uuid7

from clinic import checks
from clinic.middleware import read_log
from clinic.models import AuditSeal, HistoryEntry
from clinic.services.sealing import seal_entries
from clinic.services.verifying import verify_chain
from programmes.models import Flag
from programmes.services.nights import review_night
from tests.benchmarks.cpu import cpu_seconds_of
from tests.conftest import as_runtime, as_superuser
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import RECORD, Figure, record
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db(transaction=True)
# Measured, or only run.
TIMES, PATIENTS, ROWS, ROUNDS = (40, 100, 20_000, 7) if RECORD in os.environ else (2, 5, 200, 1)
TODAY = NOON.date()


@contextmanager
def triggers(state):
    """The history's triggers awake or asleep."""
    with as_superuser() as superuser:
        for table in checks.tables_with_history():
            superuser.execute(f"ALTER TABLE {table} {state} TRIGGER keep_history")
        try:
            yield
        finally:
            for table in checks.tables_with_history():
                superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER keep_history")


def median_ms(act):
    """Milliseconds of CPU."""
    return 1000 * statistics.median(cpu_seconds_of(act) for _time in range(TIMES))


def alternately(act, other):
    """Medians of two ways, measured in turns, so that a busy machine weighs on both."""
    first, second = [], []
    for _round in range(ROUNDS):
        first.append(act())
        second.append(other())
    return statistics.median(first), statistics.median(second)


def test_saving_a_walk_with_and_without_history():
    clinic = a_clinic()
    programme = a_programme(a_patient(clinic), a_staff_member(clinic))
    client = sign_in_patient(Client(), programme.patient)

    def post():
        answers = {"client_uuid": str(uuid7()), "walked_on": TODAY.isoformat(), "minutes": "15"}
        answers |= {"pain_before": "4", "pain_after": "3", "symptoms": "none", "note": str(uuid7())}
        with time_machine.travel(NOON, tick=True):
            assert client.post("/walks/new/", answers).status_code == 302

    def measured(state):
        with triggers(state):
            return median_ms(post)

    post()
    having, lacking = alternately(lambda: measured("ENABLE"), lambda: measured("DISABLE"))
    record(Figure("saving a walk, ms of CPU", having, "<= 200"))
    record(Figure("saving a walk: with history v without, CPU ratio", having / lacking, "<= 1.25"))


def test_a_page_with_and_without_its_entry(monkeypatch):
    clinic = a_clinic()
    for _number in range(30):
        a_patient(clinic)
    client = sign_in_staff(Client(), a_staff_member(clinic))
    write = read_log.log_reads

    def measured(log):
        monkeypatch.setattr(read_log, "log_reads", log)
        return median_ms(lambda: client.get("/admin/patients/patient/"))

    client.get("/admin/patients/patient/")
    having, lacking = alternately(lambda: measured(write), lambda: measured(lambda **_facts: None))
    record(Figure("a list of 30 patients: the read log's entry, ms of CPU", having - lacking, "<= 10"))
    record(Figure("a list of 30 patients: with read log v without, CPU ratio", having / lacking, "<= 1.15"))


def test_a_night_of_many_flags_with_and_without_history():
    def night(state):
        clinic = a_clinic()
        clinician = a_staff_member(clinic)
        for _number in range(PATIENTS):
            a_walk(a_programme(a_patient(clinic), clinician), START + timedelta(days=1))
        on = START + timedelta(days=30)
        with triggers(state), as_runtime():
            took = cpu_seconds_of(
                lambda: review_night(clinic=clinic, local_date=on, now=datetime(2026, 10, 8, 5, tzinfo=UTC))
            )
        assert Flag.objects.filter(clinic=clinic).count() == PATIENTS
        return took

    having, lacking = alternately(lambda: night("ENABLE"), lambda: night("DISABLE"))
    record(
        Figure(
            f"a night that flags all of {PATIENTS} patients: history v none, CPU ratio",
            having / lacking,
            "<= 1.5",
        )
    )


def test_sealing_and_verifying_rows_a_second():
    clinic, rows = a_clinic(), ROWS
    with as_superuser() as superuser:
        superuser.execute(
            "INSERT INTO clinic_historyentry"
            " (clinic_id, table_name, row_id, operation, database_role, changed, salt, digest)"
            " SELECT %s, 'programmes_walk', i::text, 'update', 'waymark_runtime', '{}', 's',"
            " sha256('s' || convert_to('{}', 'UTF8')) FROM generate_series(1, %s) i",
            [clinic.pk, rows],
        )
    count = HistoryEntry.objects.count()
    with as_runtime():
        began = time.perf_counter()
        assert seal_entries(now=datetime.now(UTC)) == count
        sealed = time.perf_counter()
        report = verify_chain(clinic=clinic, now=datetime.now(UTC))
        verified = time.perf_counter()
    assert (report.findings, AuditSeal.objects.count()) == ([], count)
    record(Figure("entries sealed, rows a second", count / (sealed - began), ">= 1000"))
    record(Figure("chain verified, rows a second", report.links / (verified - sealed), ">= 5000"))
