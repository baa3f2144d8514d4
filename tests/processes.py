"""Waiting for real processes, and finding their children."""

import socket
import time
from collections.abc import Callable
from pathlib import Path


def wait_until(ready: Callable[[], object], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Whose parent this one is: `task/<tid>/children` may leave a running one out."""
    return [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent_of(stat) == pid]


def _parent_of(stat: Path) -> int | None:
    """The parent's number in a `stat` file; None for a process that has gone meanwhile."""
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
