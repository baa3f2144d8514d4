"""The audit tables are written once, and the chain over them names whoever passed by the rules."""

import os
import threading
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from clinic.models import AuditSeal, Closure, HistoryEntry, ReadEntry
from clinic.services import sealing
from clinic.services.sealing import seal_entries
from clinic.services.verifying import verify_chain
from patients.models import Patient
from tests.conftest import as_runtime, as_superuser
from tests.factories import START, a_clinic, a_patient, a_staff_member
from tests.figures import Figure, record
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("clinic_historyentry", "clinic_readentry", "clinic_auditseal")
FORBIDDEN = ("UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}")
ROLES = ("DATABASE_URL", "MIGRATOR_DATABASE_URL", "MAINTENANCE_DATABASE_URL")


def now():
    return datetime.now(UTC)


@pytest.fixture
def clinic(client):
    """Changes and reads of one clinic, sealed."""
    made = a_clinic()
    patient = a_patient(made, phone="01632 960 300")
    Patient.objects.filter(pk=patient.pk).update(phone="01632 960 301")
    Closure.objects.create(clinic=made, on=START, reason="bank holiday")
    sign_in_staff(client, a_staff_member(made))
    client.get(f"/admin/patients/patient/{patient.pk}/change/")
    client.get("/admin/patients/patient/")
    seal()
    return made


def seal():
    with as_runtime():
        return seal_entries(now=now())


def findings(clinic, **options):
    with as_runtime():
        return verify_chain(clinic=clinic, now=now(), **options).findings


def tamper(statement, *values):
    """What only somebody with the server's root can do: triggers asleep, privileges of no account."""
    with as_superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        return superuser.execute(statement, values).rowcount


def connected(role):
    return psycopg.connect(os.environ[role], autocommit=True)


# --- Written once
@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_ours_changes_an_entry(clinic, role, table, statement):
    with connected(role) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(statement.format(table))
    record(Figure(f"S6 refused: {statement.split()[0]} {table} as {role.split('_')[0].lower()}", 1, "== 1"))


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("table", TABLES)
def test_a_trigger_refuses_even_a_superuser(clinic, table, statement):
    with as_superuser() as superuser, pytest.raises(psycopg.Error, match="written once"):
        superuser.execute(statement.format(table))


def test_the_owner_who_grants_it_to_herself_is_refused_by_the_trigger(clinic):
    with psycopg.connect(os.environ["MIGRATOR_DATABASE_URL"]) as owner:
        owner.execute("GRANT UPDATE ON clinic_historyentry TO CURRENT_USER")
        with pytest.raises(psycopg.Error, match="written once"):
            owner.execute("UPDATE clinic_historyentry SET at = now()")
        owner.rollback()


def test_the_application_cannot_write_history_itself(clinic):
    with connected("DATABASE_URL") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(
            "INSERT INTO clinic_historyentry (table_name, row_id, operation, database_role, digest)"
            " VALUES ('patients_patient', '', 'update', 'forged', '')"
        )


# --- Lawful erasure
def erase(statement, *values):
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"], autocommit=True) as session:
        session.execute("SET ROLE waymark_erasure")
        return session.execute(statement, values).rowcount


def test_a_blanked_change_still_verifies_and_says_erased(clinic):
    entry = HistoryEntry.objects.get(clinic=clinic, table_name="patients_patient", operation="update")
    assert erase("UPDATE clinic_historyentry SET changed = NULL, salt = NULL WHERE id = %s", entry.pk) == 1
    seal()
    with as_runtime():
        report = verify_chain(clinic=clinic, now=now())
    noted = HistoryEntry.objects.get(operation="erase")
    assert (report.findings, report.erased, noted.changed) == ([], 1, {"ids": [entry.pk]})


def test_an_old_read_that_is_let_go_still_verifies(clinic):
    entry = ReadEntry.objects.filter(clinic=clinic).first()
    assert erase("DELETE FROM clinic_readentry WHERE id = %s", entry.pk) == 1
    with as_runtime():
        report = verify_chain(clinic=clinic, now=now())
    assert (report.findings, report.erased) == ([], 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinic_historyentry SET changed = '{}', salt = NULL",
        "UPDATE clinic_historyentry SET actor_id = NULL",
        "UPDATE clinic_readentry SET patients = '{}'",
        "DELETE FROM clinic_auditseal",
        "TRUNCATE clinic_readentry",
        "DELETE FROM clinic_historyentry WHERE operation = 'erase'",
    ],
)
def test_erasure_may_do_nothing_else(clinic, statement):
    erase("UPDATE clinic_historyentry SET changed = NULL, salt = NULL WHERE table_name = 'clinic_closure'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        erase(statement)


def test_maintenance_does_not_erase_without_taking_on_the_role(clinic):
    with (
        connected("MAINTENANCE_DATABASE_URL") as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute("UPDATE clinic_historyentry SET changed = NULL, salt = NULL")


# --- The chain
TAMPERINGS = [
    ("UPDATE clinic_historyentry SET actor_id = gen_random_uuid() WHERE id = %s", "history", "was changed"),
    ("UPDATE clinic_historyentry SET changed = '{\"phone\": 1}' WHERE id = %s", "history", "was changed"),
    ("UPDATE clinic_historyentry SET changed = NULL WHERE id = %s", "history", "was changed"),
    ("UPDATE clinic_historyentry SET at = at - interval '1 minute' WHERE id = %s", "history", "was changed"),
    ("UPDATE clinic_historyentry SET clinic_id = NULL WHERE id = %s", "history", "was removed"),
    ("UPDATE clinic_readentry SET user_id = NULL WHERE id = %s", "read", "was changed"),
    ("UPDATE clinic_readentry SET patients = '{}' WHERE id = %s", "read", "was changed"),
    ("UPDATE clinic_readentry SET route = 'x' WHERE id = %s", "read", "was changed"),
    ("DELETE FROM clinic_historyentry WHERE id = %s", "history", "was removed"),
    ("DELETE FROM clinic_readentry WHERE id = %s", "read", "was removed"),
]


def test_an_untouched_chain_verifies(clinic):
    assert (findings(clinic), findings(None)) == ([], [])


@pytest.mark.parametrize(("statement", "kind", "said"), TAMPERINGS)
def test_the_chain_names_the_entry_a_superuser_changed(clinic, statement, kind, said):
    model = {"history": HistoryEntry, "read": ReadEntry}[kind]
    entry = model.objects.filter(clinic=clinic).first()
    assert tamper(statement, entry.pk) == 1
    assert findings(clinic) == [f"{kind} {entry.pk} {said}"]
    record(Figure(f"chain found: {statement.split(' WHERE')[0][:44]}", 1, "== 1"))


def test_an_entry_put_in_afterwards_is_named(clinic):
    tamper(
        "INSERT INTO clinic_readentry"
        " (clinic_id, at, role, route, method, status, kind, request_id, patients) VALUES"
        " (%s, now() - interval '5 hours', 'manager', 'x', 'GET', 200, 'page', gen_random_uuid(), '{}')",
        clinic.pk,
    )
    forged = ReadEntry.objects.get(route="x").pk
    assert findings(clinic) == [f"read {forged} was never sealed"]
    seal()
    assert findings(clinic) == [f"read {forged} was put in afterwards"]


def test_a_link_that_is_taken_out_is_missed(clinic):
    tamper("DELETE FROM clinic_auditseal WHERE clinic_id = %s AND number = 2", clinic.pk)
    said = findings(clinic)
    assert ("links 2 to 2 are missing" in said, len(said)) == (True, 2)


def test_a_rewritten_link_does_not_follow(clinic):
    tamper("UPDATE clinic_auditseal SET entry_digest = '' WHERE clinic_id = %s AND number = 2", clinic.pk)
    assert [line.split(" (")[0] for line in findings(clinic)][0] == "link 2"


def test_cutting_off_the_end_shows_against_a_kept_head(clinic):
    with as_runtime():
        number, digest = verify_chain(clinic=clinic, now=now()).head
    assert findings(clinic, kept={number: digest}) == []
    last = AuditSeal.objects.get(clinic=clinic, number=number)
    table = {"history": "clinic_historyentry", "read": "clinic_readentry"}[last.kind]
    tamper("DELETE FROM clinic_auditseal WHERE id = %s", last.pk)
    tamper(f"DELETE FROM {table} WHERE id = %s", last.entry_id)
    assert findings(clinic) == []
    assert findings(clinic, kept={number: digest}) == [
        f"the chain ends before the kept head {number}: cut off"
    ]


def test_a_chain_written_anew_shows_against_a_kept_head(clinic):
    with as_runtime():
        kept = dict([verify_chain(clinic=clinic, now=now()).head])
    tamper("DELETE FROM clinic_auditseal")
    tamper("UPDATE clinic_readentry SET user_id = NULL")
    seal()
    (number,) = kept
    assert (findings(clinic), findings(clinic, kept=kept)) == (
        [],
        [f"link {number} is not the head that was kept: rewritten"],
    )


def test_the_command_prints_heads_and_fails_when_something_is_wrong(clinic, capsys):
    with as_runtime():
        call_command("verify_audit")
        heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("head ")]
        call_command("verify_audit", since_head=heads)
        tamper("UPDATE clinic_readentry SET user_id = NULL")
        with pytest.raises(CommandError):
            call_command("verify_audit", since_head=heads)
    assert f"{clinic.slug}: read" in capsys.readouterr().err


# --- Sealing
def test_sealing_again_adds_nothing(clinic):
    before = AuditSeal.objects.count()
    assert (seal(), AuditSeal.objects.count()) == (0, before)


def test_a_transaction_that_commits_late_is_not_skipped(clinic):
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"]) as slow:
        slow.execute("UPDATE clinic_closure SET reason = 'slow'")  # holds its id, not committed
        Closure.objects.filter(clinic=clinic).first()
        Patient.objects.filter(clinic=clinic).update(phone="01632 960 302")
        assert seal() == 1
        slow.commit()
    assert (seal(), findings(clinic)) == (1, [])


def two_sealers_at_once():
    """Both have read the same end of the chain before either writes, unless one waits for the other."""
    outcomes, met = [], threading.Barrier(2, timeout=1)
    append = sealing._append

    def append_together(*arguments):
        with suppress(threading.BrokenBarrierError):
            met.wait()
        append(*arguments)

    def sealer():
        try:
            outcomes.append(seal_entries(now=now()))
        except Exception as error:  # what the test is about
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    sealing._append = append_together
    try:
        threads = [threading.Thread(target=sealer) for _sealer in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sealing._append = append
    return outcomes


@pytest.fixture
def _threads_as_runtime(clinic):
    """New connections of this process are the runtime role's, as a worker's are."""
    options = connection.settings_dict["OPTIONS"]
    before = options["options"]
    options["options"] = "-c role=waymark_runtime"
    yield
    options["options"] = before


@pytest.mark.usefixtures("_threads_as_runtime")
def test_two_sealers_do_not_fork_the_chain(clinic):
    Patient.objects.filter(clinic=clinic).update(phone="01632 960 302")
    assert sorted(two_sealers_at_once()) == [0, 1]
    assert findings(clinic) == []


@pytest.mark.usefixtures("_threads_as_runtime")
def test_without_the_lock_the_second_sealer_is_refused_by_the_database(clinic, monkeypatch):
    monkeypatch.setattr(sealing, "_wait_for_turn", lambda clinic: None)
    Patient.objects.filter(clinic=clinic).update(phone="01632 960 302")
    assert set(map(str, two_sealers_at_once())) == {"1", "IntegrityError"}
    assert findings(clinic) == []
