"""Fixtures for every test: the database as production sees it, and the environment for real processes."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client, TransactionTestCase
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker

from clinic import localservices
from tests.browsers import browser, chromium  # noqa: F401  fixtures for every folder
from tests.languages.fixtures import complete, pseudo_catalogue  # noqa: F401  fixtures for every folder

# 0.4 s a member of staff otherwise.
settings.PASSWORD_HASHERS = ["tests.quick_hasher.QuickHasher"]

# The same examples each time: a build is red for what changed in it. FULL=1 looks for new ones.
hypothesis.settings.register_profile("same", derandomize=os.environ.get("FULL") != "1", deadline=None)
hypothesis.settings.load_profile("same")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a quarter of the time a test waits for servers and browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First those that mostly wait, for servers that are stopped and started: last, they wait alone."""
    items.sort(key=lambda item: item.get_closest_marker("faults") is None)


# Filled when the database is migrated: later tests need the rows.
KEPT_TABLES = {"django_content_type", "auth_permission"}

# May what the runtime role may, and passes row-level security: what is left then is the code's own filters.
UNGUARDED = "waymark_unguarded"
role_of_requests = "waymark_runtime"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's: this process's database, made by roles.sql and migrated by its owner.

    So tests run as the runtime role with production's privileges. All three aliases point to this database,
    but a test sees through `migrator` or `maintenance` only what was committed: mark it `transaction=True`.
    """
    superuser_url = os.environ["WAYMARK_SUPERUSER_DATABASE_URL"]
    name = str(conninfo_to_dict(os.environ["DATABASE_URL"])["dbname"])
    _drop_database(name, superuser_url)
    migrated = _copy_template(name, superuser_url)
    localservices.create_database(name, superuser_url, passwords={})
    with django_db_blocker.unblock():
        if not migrated:
            call_command("migrate", database="migrator", interactive=False, verbosity=0)
        _arrange_as_maintenance(superuser_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _truncate)
        patch.setattr(Client, "request", _request_as_runtime(Client.request))
        yield
    _drop_database(name, superuser_url)


def _copy_template(name: str, superuser_url: str) -> bool:
    """A copy of the database that WAYMARK_TEST_TEMPLATE names: many short runs then migrate once."""
    template = os.environ.get("WAYMARK_TEST_TEMPLATE")
    if template:
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER waymark_migrator")
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    return bool(template)


def _arrange_as_maintenance(superuser_url: str) -> None:
    """This process's own connection signs in as a role that can be both: tests arrange rows of any clinic.

    Requests of the test client run as the runtime role, as does every child process; `as_runtime` does it for
    anything else. Row-level security stands in the way of exactly what it stands in the way of in production.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(7239021)")  # as roles.sql: one ALTER ROLE at a time
        for role in ("waymark_test LOGIN PASSWORD 'arranges'", f"{UNGUARDED} BYPASSRLS"):
            connection.execute(
                f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            )
        connection.execute(f"GRANT waymark_runtime TO {UNGUARDED}")
        connection.execute(f"GRANT waymark_runtime, waymark_maintenance, {UNGUARDED} TO waymark_test")
    default = connections["default"]
    default.close()
    default.settings_dict |= {"USER": "waymark_test", "PASSWORD": "arranges"}
    default.settings_dict["OPTIONS"]["options"] = "-c role=waymark_maintenance"


@contextmanager
def as_runtime() -> Iterator[None]:
    """What is done inside is done as the role of web and workers. Not counted among a page's statements."""
    _set_role(role_of_requests)
    try:
        yield
    finally:
        _set_role("waymark_maintenance")


def _set_role(role: str) -> None:
    default = connections["default"]
    with suppress(RuntimeError, OperationalError):  # a test without a database, or with a dead one
        default.ensure_connection()
    if default.connection is not None and not default.connection.closed:
        default.connection.execute(f"SET ROLE {role}")


@pytest.fixture
def no_row_security(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests pass row-level security in this test."""
    monkeypatch.setattr(sys.modules[__name__], "role_of_requests", UNGUARDED)


def _request_as_runtime(request: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(request)
    def wrapper(client: Client, **environ: Any) -> Any:
        with as_runtime():
            return request(client, **environ)

    return wrapper


def _drop_database(name: str, superuser_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _truncate(test: TransactionTestCase) -> None:
    """Instead of Django's flush after a transactional test.

    Flush truncates as the role of each alias. No role of ours may empty the audit tables, and their triggers
    refuse everybody: the superuser does it, as a replica, where triggers rest. Only filled tables are
    truncated: most tests touch few of them. The privacy texts that a migration wrote are put back.
    """
    with as_superuser() as connection:
        connection.execute("SET lock_timeout = '10s'")  # a process left running fails the test, not the run
        connection.execute("SET session_replication_role = replica")
        filled = [sql.Identifier(table) for table in _tables() if _has_rows(connection, table)]
        if filled:
            connection.execute(
                "CREATE TEMP TABLE shipped AS SELECT * FROM clinic_privacytext WHERE clinic_id IS NULL"
            )
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(filled)))
            connection.execute("INSERT INTO clinic_privacytext SELECT * FROM shipped")


def as_superuser() -> "psycopg.Connection[Any]":
    """This test's database as one who may do everything: what an attacker with root could do."""
    name = str(conninfo_to_dict(os.environ["DATABASE_URL"])["dbname"])
    return psycopg.connect(os.environ["WAYMARK_SUPERUSER_DATABASE_URL"], dbname=name, autocommit=True)


def _tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed} - KEPT_TABLES


def _has_rows(connection: "psycopg.Connection[tuple[bool]]", table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    return bool(connection.execute(query).fetchone() == (True,))


@pytest.fixture
def services_environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """For real child processes (web server, worker, commands): this process's database, the broker emptied.

    Rows must be committed to be seen there, hence `transactional_db`. Mails arrive as files in tmp_path/mail.
    """
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    ours_alone = ("PYTEST_", "DJANGO_ALLOW_ASYNC_UNSAFE")  # the second is set beside a browser
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours_alone)}
    return own | {"WAYMARK_MAIL_DIR": str(tmp_path / "mail")}
