"""A real Waymark for the browser: gunicorn, a Celery worker, beat and the mail sender as processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import CHROMIUM, FLAGS

__all__ = ["CHROMIUM", "FLAGS"]

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow phone without JavaScript: everything a patient needs works so."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    yield context.new_page()
    context.close()


@contextmanager
def process(
    name: str, command: list[str], environment: dict[str, str], logs: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (logs / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  our own address
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture
def web(services_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a running web server that uses this test's database; demo mode, for its mailbox."""
    with _served(services_environment, tmp_path) as address:
        yield address


@pytest.fixture(scope="module")
def shared_environment(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """As `services_environment`, for a server that the tests of a module share: each has its own rows."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return own | {"WAYMARK_MAIL_DIR": str(tmp_path_factory.mktemp("shared") / "mail")}


@pytest.fixture(scope="module")
def shared_web(shared_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same server for all tests of a module; starting one takes longer than most of them."""
    with _served(shared_environment, tmp_path_factory.mktemp("web")) as address:
        yield address


@contextmanager
def _served(services_environment: dict[str, str], logs: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = services_environment | {
        "WAYMARK_DEMO": "1",
        "WAYMARK_MFA_OPTIONAL": "" if "ENFORCE_SECOND_FACTOR" in services_environment else "1",
        "WAYMARK_BASE_URL": address,
        "WAYMARK_DB_POOL": "1",
        "PORT": str(port),
    }
    services_environment.update(environment)
    command = [
        str(BIN / "gunicorn"),
        "clinic.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
    ]
    with process("web", command, environment, logs):
        wait_for(f"{address}/healthz/live")
        yield address


@pytest.fixture
def worker(web: str, services_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """Celery worker, beat and mail sender beside the web server."""
    environment = services_environment | {"WAYMARK_DB_POOL": ""}
    celery = [str(BIN / "celery"), "--quiet", "-A", "clinic.celery"]
    schedule = str(tmp_path / "beat-schedule")
    with (
        process("worker", [*celery, "worker", "--concurrency=1", "--loglevel=INFO"], environment, tmp_path),
        process("beat", [*celery, "beat", "--schedule", schedule], environment, tmp_path),
        process("mailer", [sys.executable, "manage.py", "deliver_outbox"], environment, tmp_path),
    ):
        yield
