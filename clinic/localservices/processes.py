"""Child processes of the demo and the tests: started, watched and ended so that none is left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
LOG_TAIL = 12


class ServiceError(Exception):
    """A process did not start, or ended by itself; the text says which, with its last log lines."""


@dataclass(frozen=True)
class Account:
    """The user and group a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Child:
    """A process started here: leader of its own session, so that what it starts can be found and ended."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def check(self) -> None:
        """Raise ServiceError when the process has ended."""
        if (code := self.process.poll()) is not None:
            tail = self.log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
            lines = "\n".join(f"    {line}" for line in tail)
            raise ServiceError(f"{self.name} ended with exit code {code}. The end of {self.log}:\n{lines}")

    def finish(self) -> None:
        """Wait for the end; raise ServiceError when it is not a good one."""
        if self.process.wait() != 0:
            self.check()

    def stop(self, farewell: signal.Signals = signal.SIGTERM, *, patience: float = 10) -> None:
        stop_all([self], farewell, patience=patience)


def stop_all(
    children: Sequence[Child], farewell: signal.Signals = signal.SIGTERM, *, patience: float = 10
) -> None:
    """Ask them all, wait for each, then kill whatever of their sessions is left."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(farewell)
    deadline = time.monotonic() + patience
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def start(
    command: Sequence[str],
    *,
    name: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    on_parents_death: signal.Signals = signal.SIGKILL,
) -> Child:
    """Start a process that ends, on Linux, with the calling thread: call it from the main thread."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd="/" if account else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_end_with_parent(on_parents_death),
        )
    return Child(name, process, log)


def _end_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """Linux sends `farewell` to the child when the parent thread ends, even by kill -9.

    subprocess calls the result after the change of user, which would have cleared the request.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(farewell))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def wait_for(child: Child, ready: Callable[[], bool], *, seconds: float = 30) -> None:
    """Return when `ready`; raise ServiceError when the process ends first or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        child.check()
        if time.monotonic() > deadline:
            raise ServiceError(f"{child.name} is not ready after {seconds:.0f} s; see {child.log}")
        time.sleep(0.02)


def stop_leftover(pid_file: Path, marker: str, *, seconds: float = 20) -> None:
    """End a server that outlived its parent (macOS has no PR_SET_PDEATHSIG); drop a stale pid file.

    The pid may by now belong to somebody else: only a process with `marker` on its command line is ended.
    """
    if not pid_file.exists():
        return
    pid = int((pid_file.read_text().split() or ["0"])[0])
    deadline = time.monotonic() + seconds
    while marker in _command_line(pid) and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        return ""
    ps = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout
