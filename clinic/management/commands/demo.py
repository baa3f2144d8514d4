"""`manage.py demo`: all of Waymark on one machine, from real servers to the first page."""

import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic import localservices
from clinic.localservices import Child, ServiceError

PAUSE = 0.05
FIRST_PAGE_SECONDS = 60


class Stopped(Exception):
    """Somebody asked the demo to stop."""


class StopRequest:
    """Ctrl-C, kill or a closed terminal are noted here and acted upon between two steps, never inside one.

    Handlers are installed explicitly: a shell may have started us with SIGINT ignored.
    """

    def __init__(self, *, follow_parent: bool) -> None:
        self.parent = os.getppid() if follow_parent else None
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.requested = True

    def check(self) -> None:
        if self.requested or self.parent not in (None, os.getppid()):
            raise Stopped


class Command(BaseCommand):
    """Starts servers, migrates, loads the demo clinic, runs web, worker, beat and mailer until stopped."""

    help = "Run Waymark with a demo clinic; Ctrl-C stops it, the next start keeps the data."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="forget the data and start over")
        parser.add_argument("--follow-parent", action="store_true", help="stop when the caller ends, too")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = StopRequest(follow_parent=options["follow_parent"])
        os.chdir(settings.BASE_DIR)
        state: Path = settings.STATE_DIR
        try:
            with localservices.locked(state):
                port = _port()
                with _environment(state, port, options["reset"]) as (environment, servers):
                    self._run(Demo(state, port, environment, servers, stop))
        except Stopped:
            self._say("Waymark has stopped.")
        except ServiceError as problem:
            raise CommandError(str(problem)) from None

    def _run(self, demo: "Demo") -> None:
        try:
            self._start(demo)
            while True:
                demo.pause(0.2)
        except ServiceError as problem:
            self.stderr.write(f"{problem}\nStopping the rest.")
            raise SystemExit(1) from None
        except Stopped:
            self._say("\nStopping ...")
            raise
        finally:
            localservices.stop_all(demo.children)

    def _start(self, demo: "Demo") -> None:
        self._say("Migrating the database ...")
        demo.step("migrate", "--database", "migrator", "--no-input")
        if not demo.sign_ins.exists():
            self._seed(demo)
        self._say("Starting the web server, the worker, beat and the mailer ...")
        demo.start_programs()
        self._say(f"\nWaymark is ready at http://127.0.0.1:{demo.port}\n")
        if demo.sign_ins.exists():
            self._say(demo.sign_ins.read_text())
        self._say(f"Ctrl-C stops it and keeps the data. Logs: {demo.state / 'logs'}")

    def _seed(self, demo: "Demo") -> None:
        self._say("Loading the demo clinic ...")
        demo.step("seed_demo")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@dataclass
class Demo:
    """The processes of one running demo."""

    state: Path
    port: int
    environment: dict[str, str]
    servers: list[Child]
    stop: StopRequest
    children: list[Child] = field(default_factory=list)

    @property
    def sign_ins(self) -> Path:
        """Written by seed_demo when it is done: addresses and passwords of the demo's people."""
        return self.state / "sign-ins.txt"

    def pause(self, seconds: float = PAUSE) -> None:
        """Wait a moment; raise Stopped or ServiceError when the demo cannot go on."""
        time.sleep(seconds)
        self.stop.check()
        for child in (*self.servers, *self.children):
            child.check()

    def step(self, *arguments: str) -> None:
        """One management command, to its end."""
        child = self._start(arguments[0], "manage.py", *arguments)
        try:
            while child.process.poll() is None:
                self.pause()
        finally:
            child.stop()
        child.finish()

    def start_programs(self) -> None:
        """The web server first, and alone until it answers: that is what somebody is waiting for."""
        bind = f"127.0.0.1:{self.port}"
        self._add("web", "-m", "gunicorn", "clinic.wsgi", "--bind", bind, WAYMARK_DB_POOL="1")
        self._wait_for_first_page()
        celery = ["-m", "celery", "--quiet", "-A", "clinic.celery"]
        quick = ["--concurrency", "2", "--without-gossip", "--without-mingle"]
        self._add("worker", *celery, "worker", "--loglevel", "INFO", *quick)
        schedule = str(self.state / "beat-schedule")
        self._add("beat", *celery, "beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile", "")
        self._add("mailer", "manage.py", "deliver_outbox")

    def _add(self, name: str, *arguments: str, **extra: str) -> None:
        self.children.append(self._start(name, *arguments, **extra))

    def _start(self, name: str, *arguments: str, **extra: str) -> Child:
        log = self.state / "logs" / f"{name}.log"
        command = [sys.executable, *arguments]
        return localservices.start(command, name=name, log=log, environment=self.environment | extra)

    def _wait_for_first_page(self) -> None:
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        while not _answers(self.port):
            self.pause()
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"No first page after {FIRST_PAGE_SECONDS} s; see {self.state}/logs/web.log"
                )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port() -> int:
    """PORT, when nobody else listens there."""
    wanted = os.environ.get("PORT") or "8000"
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", int(wanted)))
    except (OSError, ValueError, OverflowError) as problem:
        raise CommandError(
            f"PORT={wanted} cannot be used ({problem}): choose another one, PORT=8001"
        ) from None
    return int(wanted)


@contextmanager
def _environment(state: Path, port: int, reset: bool) -> Iterator[tuple[dict[str, str], list[Child]]]:
    """What the programs of the demo read, and the servers started for them: none when there are others."""
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(given) == 1:
        raise CommandError(f"Only {given[0]} is set: set DATABASE_URL and REDIS_URL, or neither of them")
    if given and reset:
        raise CommandError("--reset empties the demo's own servers only: unset DATABASE_URL and REDIS_URL")
    if given:
        yield os.environ | _demo_settings(state, port), []
        return
    with localservices.started(state, durable=True, fresh=reset) as services:
        own = services.environment() | _demo_settings(state, port)
        with _announced(state / "services.json", own):
            yield os.environ | own, services.children


def _demo_settings(state: Path, port: int) -> dict[str, str]:
    key = hashlib.sha256(b"sessions" + localservices.secret(state / "secret")).hexdigest()
    return {
        "WAYMARK_DEMO": "1",
        "WAYMARK_MFA_OPTIONAL": os.environ.get("WAYMARK_MFA_OPTIONAL") or "1",
        "WAYMARK_SECRET_KEY": os.environ.get("WAYMARK_SECRET_KEY") or key,
        "WAYMARK_MAIL_DIR": os.environ.get("WAYMARK_MAIL_DIR") or str(state / "mail"),
        "WAYMARK_STATE": str(state),
        "PORT": str(port),
    }


@contextmanager
def _announced(path: Path, environment: dict[str, str]) -> Iterator[None]:
    """While the demo runs, commands in another terminal find its servers in this file."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(environment, indent=1))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
