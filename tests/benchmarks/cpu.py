"""What an act costs, in CPU: a busy machine changes it far less than the time on the wall."""

import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection


def cpu_seconds_of(act: Callable[[], object]) -> float:
    """Seconds of CPU of this thread and of the PostgreSQL process that serves it, while `act` runs.

    Where the system does not tell (anything but Linux): seconds on the wall.
    """
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    began = _seconds(server)
    act()
    return _seconds(server) - began


def _seconds(server: Path) -> float:
    if not server.exists():
        return time.perf_counter()
    nanoseconds = int(server.read_text().split()[0])  # on a processor, not waiting for one
    return time.thread_time() + nanoseconds / 1e9
