"""One pair of servers and one migrated database for many short test runs, each of which copies it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from clinic import localservices
from tests.mutation.places import ROOT

TEMPLATE = "waymark_template"
_numbers = count(1)


@dataclass(frozen=True)
class Servers:
    services: localservices.Services

    @cached_property
    def environment(self) -> dict[str, str]:
        """In which pytest starts no servers and copies its database instead of migrating."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return {
            **own,
            **self.services.environment(),
            "WAYMARK_SUPERUSER_DATABASE_URL": self.services.superuser_url(),
            "WAYMARK_SECRET_KEY": "tests-sign-nothing-that-lasts-longer-than-a-run-of-all-of-them",
            "WAYMARK_TEST_TEMPLATE": TEMPLATE,
        }

    def migrate_template(self) -> None:
        localservices.create_database(TEMPLATE, self.services.superuser_url(), passwords={})
        url = self.services.database_url("waymark_migrator", TEMPLATE)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database=migrator", "--verbosity=0"],
            cwd=ROOT,
            env=self.environment | {"DATABASE_URL": url, "MIGRATOR_DATABASE_URL": url},
            check=True,
        )

    def rows(self, query: str, database: str = TEMPLATE) -> Sequence[tuple[Any, ...]]:
        with self._superuser(database) as connection:
            return connection.execute(query.encode()).fetchall()

    @contextmanager
    def changed_template(self, sql: str) -> Iterator[str]:
        """The name of a copy of the template in which the statement was run."""
        name = f"waymark_changed_{next(_numbers)}"
        with self._superuser("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER waymark_migrator".encode())
        with self._superuser(name) as connection:
            connection.execute(sql.encode())
        yield name
        with self._superuser("postgres") as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _superuser(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(self.services.superuser_url(), dbname=database, autocommit=True)


@contextmanager
def test_servers() -> Iterator[Servers]:
    """Both servers over a folder of their own, and the template migrated."""
    with tempfile.TemporaryDirectory(prefix="waymark-mutants-") as folder:
        state = Path(folder)
        state.chmod(0o755)
        with localservices.running(state, durable=False) as services:
            servers = Servers(services)
            servers.migrate_template()
            yield servers
