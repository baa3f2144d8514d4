"""`manage.py deliver_outbox`: the mailer. It needs no broker: codes leave with nothing but the database."""

import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.services.post import OUTBOX_CHANNEL, deliver_due_messages

log = structlog.stdlib.get_logger(__name__)
POLL_SECONDS = 1.0  # a notification lost on the way costs no more than this
LONGEST_BACK_OFF = 10.0
DATABASE_AWAY = (DatabaseError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class Command(RuntimeCommand):
    """Sends until it is told to stop; --once sends what is due and ends."""

    requires_system_checks = []  # asked below, where a database that is away is waited for

    help = "Send the mails that wait in the outbox, at once and until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self._require_protection()
            self.stdout.write(f"{_send_all()} sent")
            return
        self.stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._serve()

    def _stop(self, number: int, frame: object) -> None:
        self.stopped = True

    def _require_protection(self) -> None:
        """Ends the command (SystemCheckError) where web server and worker would not start either."""
        self.check(tags=RuntimeCommand.requires_system_checks)

    def _serve(self) -> None:
        """Sends and listens; without a database it waits longer and longer, and then tries again."""
        back_off = 0.25
        while not self.stopped:
            try:
                self._require_protection()
                _listen()
                while not self.stopped:
                    _send_all()
                    back_off = 0.25
                    _wait_for_mail(lambda: self.stopped)
            except DATABASE_AWAY as problem:
                log.warning("database-away", pause=back_off, exc_info=problem)
                connection.close()
                _pause(back_off, lambda: self.stopped)
                back_off = min(2 * back_off, LONGEST_BACK_OFF)
        connection.close()


def _send_all() -> int:
    """Sends until nothing is due; what could not be sent is due later."""
    total = 0
    while sent := deliver_due_messages(now=timezone.now()):
        total += sent
    return total


def _listen() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {OUTBOX_CHANNEL}")


def _wait_for_mail(stopped: Callable[[], bool]) -> None:
    """Returns at a notification, after a second, or soon after `stopped`."""
    deadline = time.monotonic() + POLL_SECONDS
    while not stopped() and time.monotonic() < deadline:
        for _notification in connection.connection.notifies(timeout=0.2, stop_after=1):
            return


def _pause(seconds: float, stopped: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not stopped() and time.monotonic() < deadline:
        time.sleep(0.1)
