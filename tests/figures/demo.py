"""The first ten minutes of a newcomer: `make demo` cold and warm, and that nothing is left when it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.figures import RECORD, ROOT, Figure, measures

PATIENCE = 300.0  # seconds until a figure counts as never reached
QUEUE_IS_FILLED = """
  SELECT NOT EXISTS (SELECT FROM programmes_reviewrun WHERE status = 'waiting' AND due_at <= now())
     AND EXISTS (SELECT FROM programmes_reviewitem WHERE status <> 'completed')
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def make_demo(folder: Path, state: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """A running demo, and the seconds from the command to its line "Waymark is ready"."""
    unset = (RECORD, "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"WAYMARK_STATE": str(state), "PORT": str(free_port()), **more}
    began = time.monotonic()
    demo = subprocess.Popen(
        ["make", "demo"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield demo, seconds_until_ready(demo, began)
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait(60)


def seconds_until_ready(demo: subprocess.Popen[str], began: float) -> float:
    assert demo.stdout is not None
    for line in demo.stdout:
        if "Waymark is ready at" in line:
            return time.monotonic() - began
    return PATIENCE


def seconds_until_queue(state: Path) -> float:
    """From now until the worker has done every due night and somebody stands in the queue."""
    began = time.monotonic()
    services = json.loads((state / "services.json").read_text())
    with psycopg.connect(services["MAINTENANCE_DATABASE_URL"], autocommit=True) as connection:
        while time.monotonic() - began < PATIENCE:
            if connection.execute(QUEUE_IS_FILLED).fetchone() == (True,):
                return time.monotonic() - began
            time.sleep(0.2)
    return PATIENCE


def processes_of(state: Path) -> int:
    """Processes whose command or environment names the state folder."""
    return sum(str(state).encode() in read(path) for path in Path("/proc").glob("[0-9]*"))


def read(process: Path) -> bytes:
    if process.name == str(os.getpid()):
        return b""
    try:
        return (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    except OSError:
        return b""


def left_after(state: Path, seconds: float = 15) -> int:
    """Processes still there after a grace period."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and processes_of(state):
        time.sleep(0.2)
    return processes_of(state)


@measures("spine")
def demo_from_nothing(full: bool) -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="waymark-cold-", dir="/var/tmp"))
    folder.chmod(0o755)
    clone, state = folder / "waymark", folder / "state"
    try:
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        with make_demo(clone, state, PIP_NO_CACHE_DIR="1") as (_demo, cold):
            yield Figure("make demo, fresh clone and empty caches, to first page", cold, "<= 120 s")
            yield Figure("first flags in the queue after that", seconds_until_queue(state), "<= 20 s")
        yield Figure("processes left by Ctrl-C", left_after(state), "== 0")
        with make_demo(clone, state) as (demo, warm):
            yield Figure("make demo, warm, to first page", warm, "<= 5 s")
            os.kill(python_of(demo), signal.SIGKILL)
            yield Figure("processes left by kill -9 of the parent", left_after(state), "== 0")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def python_of(demo: subprocess.Popen[str]) -> int:
    """The demo command itself: make's child."""
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    return int(children[0])
