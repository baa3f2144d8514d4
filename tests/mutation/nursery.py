"""Forks one pytest after the other from a process that has imported the libraries, nothing of the project.

Importing them takes longer than most of the runs. Each line of stdin is an order, each line of stdout its
exit code; a run that takes too long is killed and answers -1.
"""

import importlib
import json
import os
import signal
import sys
import time
from contextlib import suppress

LIBRARIES = (
    *("pytest", "pytest_django.fixtures", "pytest_django.plugin", "xdist.plugin", "hypothesis.strategies"),
    *("django.db.models", "django.forms", "django.template", "django.test", "django.views.generic"),
    *("django.core.management", "django.db.backends.postgresql.base", "psycopg", "psycopg_pool"),
    *("celery", "redis", "kombu", "structlog", "time_machine", "fido2.server", "uuid_utils.compat"),
    *("cryptography.fernet", "cryptography.x509", "whitenoise.middleware", "playwright.sync_api"),
)


def main() -> None:
    sys.path[0] = os.getcwd()  # the copy, not the folder of this file
    for name in LIBRARIES:
        with suppress(Exception):  # one that wants settings is imported by each run
            importlib.import_module(name)
    for line in sys.stdin:
        print(answer(json.loads(line)), flush=True)


def answer(order: dict) -> int:
    child = os.fork()
    if child == 0:
        run(order)
    code = waited(child, order["patience"])
    with suppress(ProcessLookupError):  # servers that a killed test left
        os.killpg(child, signal.SIGKILL)
    return code


def run(order: dict) -> None:
    os.setsid()
    said = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.update(order["environment"])
    import pytest  # noqa: PLC0415  imported before the fork

    code = 99
    try:
        code = int(pytest.main(order["arguments"]))
    finally:
        os._exit(code)


def waited(child: int, patience: float) -> int:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


if __name__ == "__main__":
    main()
