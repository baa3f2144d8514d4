"""The launcher of the local PostgreSQL and Valkey: real servers, started, restarted and killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
import redis
from django.contrib.sessions.models import Session
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from clinic import localservices
from clinic.localservices import AlreadyRunningError, ServiceError, Services
from clinic.localservices.processes import start, stop_leftover
from tests.conftest import as_runtime

PARENT = """
import sys, time
from pathlib import Path
from clinic import localservices
with localservices.running(Path(sys.argv[1]), durable=False) as services:
    print(*(child.process.pid for child in services.children), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with localservices.running(tmp_path_factory.mktemp("state"), durable=False) as services:
        yield services


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder every user reaches: pytest's own are private, and for those root's data lies elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def outliving(pids: Sequence[int], seconds: float = 10) -> list[int]:
    """Those that live on when the system has had time to carry a SIGKILL out."""
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [pid for pid in pids if alive(pid)]


@pytest.mark.parametrize("alias", ["DATABASE_URL", "MIGRATOR_DATABASE_URL", "MAINTENANCE_DATABASE_URL"])
def test_no_role_of_the_application_is_a_superuser(services: Services, alias: str) -> None:
    url = services.environment()[alias]
    assert (
        ask(url, "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        is False
    )


@pytest.mark.parametrize(
    ("alias", "bypasses"),
    [("DATABASE_URL", False), ("MIGRATOR_DATABASE_URL", False), ("MAINTENANCE_DATABASE_URL", True)],
)
def test_only_maintenance_bypasses_row_level_security(services: Services, alias: str, bypasses: bool) -> None:
    url = services.environment()[alias]
    assert ask(url, "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") is bypasses


@pytest.fixture(scope="module")
def table(services: Services) -> str:
    """A table as a migration would make it."""
    with psycopg.connect(services.environment()["MIGRATOR_DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE steps (id bigserial PRIMARY KEY, minutes int)")
    return "steps"


def test_runtime_reads_and_writes_what_the_migrator_made(services: Services, table: str) -> None:
    with psycopg.connect(services.environment()["DATABASE_URL"]) as connection:
        connection.execute("INSERT INTO steps (minutes) VALUES (10)")
        connection.execute("UPDATE steps SET minutes = 12")
        assert connection.execute("DELETE FROM steps RETURNING minutes").fetchall() == [(12,)]


@pytest.mark.parametrize("statement", ["TRUNCATE steps", "DROP TABLE steps", "CREATE TABLE mine ()"])
def test_runtime_owns_nothing(services: Services, table: str, statement: str) -> None:
    with (
        psycopg.connect(services.environment()["DATABASE_URL"]) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_maintenance_truncates(services: Services, table: str) -> None:
    with psycopg.connect(services.environment()["MAINTENANCE_DATABASE_URL"]) as connection:
        connection.execute("TRUNCATE steps")


def test_roles_sql_runs_twice(services: Services) -> None:
    localservices.create_database("waymark", services.superuser_url(), passwords={})
    assert ask(services.environment()["DATABASE_URL"], "SELECT current_user") == "waymark_runtime"


def test_valkey_wants_its_password_and_never_evicts(services: Services) -> None:
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=services.port, retry=Retry(NoBackoff(), 0)).ping()
    client = redis.Redis.from_url(services.environment()["REDIS_URL"])
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_second_start_on_the_same_folder_is_refused(services: Services) -> None:
    with (
        pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"),
        localservices.running(services.logs.parent, durable=False),
    ):
        pass


def test_a_restart_keeps_rows_and_messages_and_fresh_drops_them(state: Path) -> None:
    with localservices.running(state, durable=True) as services:
        with psycopg.connect(services.environment()["MIGRATOR_DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        redis.Redis.from_url(services.environment()["REDIS_URL"]).set("kept", "7")
    with localservices.running(state, durable=True) as services:
        assert ask(services.environment()["DATABASE_URL"], "SELECT number FROM kept") == 7
        assert redis.Redis.from_url(services.environment()["REDIS_URL"]).get("kept") == b"7"
    with localservices.locked(state), localservices.started(state, durable=True, fresh=True) as services:
        assert ask(services.environment()["DATABASE_URL"], "SELECT to_regclass('kept')") is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no PR_SET_PDEATHSIG")
def test_kill_9_of_the_parent_leaves_no_process_and_the_next_start_works(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert [alive(pid) for pid in pids] == [True, True]
        parent.kill()
    assert outliving(pids) == []
    with localservices.running(tmp_path, durable=False) as services:
        assert ask(services.environment()["DATABASE_URL"], "SELECT 1") == 1


def test_a_stale_pid_file_ends_no_stranger(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n/elsewhere\n")
    stop_leftover(pid_file, str(tmp_path / "no such folder"))
    assert not pid_file.exists()


def test_a_dead_child_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = start(["sh", "-c", "echo the reason; exit 3"], name="worker", log=tmp_path / "worker.log")
    with pytest.raises(ServiceError, match=r"(?s)worker ended with exit code 3.*the reason"):
        child.finish()


def test_stop_ends_what_the_child_started(tmp_path: Path) -> None:
    script = "sleep 60 & echo $!; trap '' TERM; wait; wait"
    log = tmp_path / "web.log"
    child = start(["sh", "-c", script], name="web", log=log)
    while not log.read_text().strip():
        time.sleep(0.01)
    child.stop(signal.SIGTERM, patience=0.2)
    assert outliving([int(log.read_text())]) == []


# --- What conftest.py makes of them
@pytest.mark.django_db
def test_tests_run_as_the_runtime_role_on_their_own_database() -> None:
    with connection.cursor() as cursor:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        with as_runtime():
            cursor.execute("SELECT current_user, current_database()")
            assert cursor.fetchone() == ("waymark_runtime", f"waymark_test_{worker}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_leaves_no_rows(turn: int) -> None:
    assert Session.objects.count() == 0
    Session.objects.create(session_key="left behind", expire_date="2030-01-01T00:00Z")


def test_a_real_process_sees_what_the_test_has_committed(services_environment: dict[str, str]) -> None:
    Session.objects.create(session_key="committed", expire_date="2030-01-01T00:00Z")
    look = "from django.contrib.sessions.models import Session as S; print(S.objects.get().pk)"
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", look]
    output = subprocess.check_output(command, env=services_environment, text=True)
    assert output.strip() == "committed"
