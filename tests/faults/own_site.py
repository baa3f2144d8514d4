"""A Waymark of its own that may be ill-treated: PostgreSQL, Valkey, workers, beats and a cohort."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from clinic import localservices
from clinic.localservices import programs
from clinic.localservices.servers import start_postgresql
from tests.faults.broker import CELERY, WORKER
from tests.figures import ROOT

FULL = os.environ.get("FULL") == "1"


@dataclass
class OwnSite:
    """Servers of its own, durable as in production, and the processes that were started over them."""

    folder: Path
    services: localservices.Services
    undo: ExitStack
    environment: dict[str, str]
    started: int = 0
    children: list[localservices.Child] = field(default_factory=list)

    def manage(self, *words: str, database: str = "waymark") -> str:
        """Runs a command to its end over one of the databases; returns what it printed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment | self.addresses(database), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def addresses(self, database: str) -> dict[str, str]:
        roles = {"DATABASE_URL": "runtime", "MIGRATOR_DATABASE_URL": "migrator"}
        roles["MAINTENANCE_DATABASE_URL"] = "maintenance"
        return {name: self.services.database_url(f"waymark_{role}", database) for name, role in roles.items()}

    def worker(self) -> localservices.Child:
        return self._start("worker", WORKER)

    def beat(self) -> localservices.Child:
        """Each with a file of its own: two beats do not know of each other."""
        return self._start("beat", (*CELERY, "beat", "--schedule", str(self.folder / f"beat{self.started}")))

    def _start(self, name: str, command: Sequence[str]) -> localservices.Child:
        self.started += 1
        log = self.folder / f"{name}{self.started}.log"
        child = localservices.start(command, name=name, log=log, environment=self.environment)
        self.children.append(child)
        return child

    def rows(self, query: str, database: str = "waymark", *values: Any) -> list[tuple[Any, ...]]:
        """As the superuser, who sees every clinic's."""
        with self.superuser(database) as connection:
            cursor = connection.execute(query, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def superuser(self, database: str = "waymark") -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(self.services.database_url("postgres", database), autocommit=True)

    def stop_postgresql_at_once(self) -> None:
        """As by a power cut: what was not committed is gone. It is started again at once."""
        child = next(each for each in reversed(self.services.children) if each.name == "postgresql")
        child.process.send_signal(signal.SIGQUIT)
        child.process.wait()
        start_postgresql(self.services, self.undo)


@contextmanager
def own_site() -> Iterator[OwnSite]:
    """Up, with the tables of this process's test database and nothing in them but what migrations wrote."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="waymark-faults-")))
        folder.chmod(0o755)  # the servers may run as another user
        services = undo.enter_context(localservices.running(folder / "state", durable=True))
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        own |= services.environment() | {"WAYMARK_DEBUG": "1", "WAYMARK_MAIL_DIR": str(folder / "mail")}
        site = OwnSite(folder, services, undo, own)
        undo.callback(lambda: localservices.stop_all(site.children, patience=0.5))
        copy_tables(site)
        yield site


def copy_tables(site: OwnSite) -> None:
    """Faster than migrating."""
    binaries = programs.postgresql()
    source = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])["dbname"]
    superuser = os.environ["WAYMARK_SUPERUSER_DATABASE_URL"]
    address = psycopg.conninfo.make_conninfo(superuser, dbname=source)
    dump = subprocess.run([str(binaries / "pg_dump"), "-Fc", address], capture_output=True, check=True).stdout
    into = site.services.database_url("postgres", "waymark")
    subprocess.run(
        [str(binaries / "pg_restore"), "--exit-on-error", "-d", into],
        input=dump,
        capture_output=True,
        check=True,
    )
