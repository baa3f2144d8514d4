"""PostgreSQL's own log: what it says of a refused statement would hold the row, the value, the statement."""

import os
from pathlib import Path

import psycopg
import pytest

from tests.canaries.searching import finds
from tests.canaries.values import Planted
from tests.conftest import as_superuser
from tests.factories import a_clinic, a_patient

pytestmark = pytest.mark.django_db(transaction=True)
TALKATIVE = {
    "log_min_messages": "error",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
    "log_parameter_max_length_on_error": "-1",
}
REFUSED = (
    "INSERT INTO clinic_user (id, email) VALUES (gen_random_uuid(), %s)",  # Failing row contains (...)
    "UPDATE clinic_user SET email = %s",  # Key (email)=(...) already exists
    "SELECT %s::text::integer",  # invalid input syntax for type integer: "..."
    "SELECT * FROM clinic_{} WHERE email = %s",  # no such table: its statement
)


def refused(connection, text):
    for statement in REFUSED:
        with pytest.raises(psycopg.Error):
            connection.execute(statement.replace("%s", f"'{text}'"))
    with pytest.raises(psycopg.Error):  # CONTEXT: COPY clinic_user, line 1: "..."
        copied(connection, f"{text}\n")


def copied(connection, row):
    with connection.cursor().copy("COPY clinic_user FROM STDIN") as copy:
        copy.write(row)


def said_meanwhile(act, connection, text):
    log = Path(os.environ["WAYMARK_STATE"]) / "logs" / "postgresql.log"
    before = log.stat().st_size
    act(connection, text)
    return log.read_bytes()[before:]


@pytest.fixture
def two_logins():
    clinic = a_clinic()
    a_patient(clinic), a_patient(clinic)


@pytest.mark.parametrize("role", ["DATABASE_URL", "MIGRATOR_DATABASE_URL", "MAINTENANCE_DATABASE_URL"])
def test_of_a_statement_of_ours_that_is_refused_nothing_is_written(two_logins, role):
    planted = Planted()
    text = planted.value("e-mail", "statement")
    with psycopg.connect(os.environ[role], autocommit=True) as connection:
        assert finds(planted, role, said_meanwhile(refused, connection, text)) == []


def test_without_these_settings_it_would_be(two_logins):
    planted = Planted()
    text = planted.value("e-mail", "statement")
    with as_superuser() as connection:
        for setting, value in TALKATIVE.items():
            connection.execute(f"SET {setting} = '{value}'".encode())
        said = said_meanwhile(refused, connection, text)
    assert ([find.canary.text for find in finds(planted, "log", said)], said.count(b"ERROR")) == ([text], 5)


def test_a_session_that_is_ended_does_not_tell_what_it_was_doing():
    """FATAL is written; the statement with it is not."""
    planted = Planted()
    text = planted.value("words", "statement").replace("'", "")

    def end(connection, text):
        with pytest.raises(psycopg.Error):
            connection.execute(f"SELECT pg_terminate_backend(pg_backend_pid()) WHERE '{text}' <> ''")

    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    said = said_meanwhile(end, connection, text)
    assert (b"FATAL" in said, finds(planted, "log", said)) == (True, [])
