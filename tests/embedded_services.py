"""pytest plugin (`-p tests.embedded_services`): real servers, up before Django reads its settings.

The controller starts them once; xdist's workers inherit its environment and each takes a database and a
Valkey database number of its own. With DATABASE_URL set nothing starts: the run then also needs REDIS_URL,
MIGRATOR_DATABASE_URL, MAINTENANCE_DATABASE_URL and WAYMARK_SUPERUSER_DATABASE_URL (it creates databases).
A plugin and not conftest.py, because pytest never calls this hook there.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from clinic import localservices

DATABASES = ("DATABASE_URL", "MIGRATOR_DATABASE_URL", "MAINTENANCE_DATABASE_URL")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper, so that this comes before pytest-django's own hook, which loads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _prepare_run(early_config)
    _take_own_databases(os.environ.get("PYTEST_XDIST_WORKER") or os.environ.get("WAYMARK_TEST_LANE", "main"))
    return (yield)


def _prepare_run(config: pytest.Config) -> None:
    undo = ExitStack()
    config.add_cleanup(undo.close)
    state = Path(tempfile.mkdtemp(prefix="waymark-tests-"))
    state.chmod(0o755)  # the servers may run as another user
    undo.callback(shutil.rmtree, state, ignore_errors=True)
    os.environ["WAYMARK_STATE"] = str(state)
    os.environ.setdefault(
        "WAYMARK_SECRET_KEY", "tests-sign-nothing-that-lasts-longer-than-a-run-of-all-of-them"
    )
    if "DATABASE_URL" not in os.environ:
        services = undo.enter_context(localservices.running(state, durable=False))
        os.environ.update(services.environment())
        os.environ["WAYMARK_SUPERUSER_DATABASE_URL"] = services.superuser_url()


def _take_own_databases(worker: str) -> None:
    """Point the addresses at this process's database and Valkey number: main 0, gw0 1, gw1 2 ..."""
    for name in DATABASES:
        os.environ[name] = _with_path(os.environ[name], f"waymark_test_{worker}")
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], str(number))


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
