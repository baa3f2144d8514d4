"""Fixtures for every test: the database as production sees it, and the environment for real processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import TransactionTestCase
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker

from clinic import localservices

# 0.4 s a member of staff otherwise.
settings.PASSWORD_HASHERS = ["tests.quick_hasher.QuickHasher"]

# Filled when the database is migrated: later tests need the rows.
KEPT_TABLES = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Instead of pytest-django's: this process's database, made by roles.sql and migrated by its owner.

    So tests run as the runtime role with production's privileges. All three aliases point to this database,
    but a test sees through `migrator` or `maintenance` only what was committed: mark it `transaction=True`.
    """
    superuser_url = os.environ["WAYMARK_SUPERUSER_DATABASE_URL"]
    name = str(conninfo_to_dict(os.environ["DATABASE_URL"])["dbname"])
    _drop_database(name, superuser_url)
    localservices.create_database(name, superuser_url, passwords={})
    with django_db_blocker.unblock():
        call_command("migrate", database="migrator", interactive=False, verbosity=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _truncate)
        yield
    _drop_database(name, superuser_url)


def _drop_database(name: str, superuser_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _truncate(test: TransactionTestCase) -> None:
    """Instead of Django's flush after a transactional test.

    Flush truncates as the role of each alias, and the runtime role may not; maintenance may, and sees every
    clinic's rows. Only filled tables are truncated: most tests touch few of them.
    """
    with psycopg.connect(os.environ["MAINTENANCE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10s'")  # a process left running fails the test, not the run
        filled = [sql.Identifier(table) for table in _tables() if _has_rows(connection, table)]
        if filled:
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(filled)))


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
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return own | {"WAYMARK_MAIL_DIR": str(tmp_path / "mail")}
