"""PostgreSQL and Valkey as child processes of ours, each in its own folder."""

import hashlib
import hmac
import os
import shutil
import signal
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from clinic.localservices import programs
from clinic.localservices.processes import Account, Child, start, stop_leftover, wait_for

VALKEY_DATABASES = 64  # one for each test worker
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# No row, statement or parameter in the log, whoever connects; roles.sql says the same to our own roles.
DISCREET = (
    "--log_error_verbosity=terse",
    "--log_min_error_statement=panic",
    "--log_parameter_max_length=0",
    "--log_parameter_max_length_on_error=0",
)
NOT_DURABLE = ("--fsync=off", "--synchronous_commit=off", "--full_page_writes=off")


@dataclass(frozen=True)
class Services:
    """Where the two servers live, and how to reach them."""

    home: Path
    sockets: Path
    logs: Path
    account: Account | None
    secret: bytes
    port: int
    durable: bool
    children: list[Child] = field(default_factory=list)

    def password(self, name: str) -> str:
        """The same at every start of one state folder, so that nothing but the secret is kept."""
        return hmac.new(self.secret, name.encode(), hashlib.sha256).hexdigest()[:40]

    def database_url(self, role: str, database: str = "waymark") -> str:
        folder = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={folder}"

    def environment(self) -> dict[str, str]:
        """What settings.py reads: three roles on one database, and the broker."""
        return {
            "DATABASE_URL": self.database_url("waymark_runtime"),
            "MIGRATOR_DATABASE_URL": self.database_url("waymark_migrator"),
            "MAINTENANCE_DATABASE_URL": self.database_url("waymark_maintenance"),
            "REDIS_URL": f"redis://:{self.password('valkey')}@127.0.0.1:{self.port}/0",
        }

    def superuser_url(self) -> str:
        """For tests, which make a database each; the application never sees it."""
        return self.database_url("postgres", "postgres")


# --- PostgreSQL
def start_postgresql(services: Services, undo: ExitStack) -> None:
    """Make the cluster if there is none, start it, wait for it; `undo` will stop it."""
    data = services.home / "postgresql"
    postgres = _program(programs.postgresql() / "postgres", services)
    if not data.exists():
        _create_cluster(services, postgres.with_name("initdb"), data)
    stop_leftover(data / "postmaster.pid", str(data))
    options = [
        "--listen_addresses=",
        f'--unix_socket_directories="{services.sockets}"',
        "--timezone=UTC",
        *DISCREET,
    ]
    child = start(
        [str(postgres), "-D", str(data), *options, *(() if services.durable else NOT_DURABLE)],
        name="postgresql",
        log=services.logs / "postgresql.log",
        environment=clean_environment(),
        account=services.account,
        on_parents_death=signal.SIGINT,
    )
    undo.callback(child.stop, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
    services.children.append(child)
    wait_for(child, lambda: _is_ready(data / "postmaster.pid", child))


def _create_cluster(services: Services, initdb: Path, data: Path) -> None:
    """initdb into a draft folder: one that was interrupted is never taken for a finished one."""
    draft = data.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    password = services.sockets / "password"
    password.write_text(services.password("postgres"))
    _own(password, services.account)
    own_folder(draft, services.account)
    command = [str(initdb), "-D", str(draft), "-U", "postgres", f"--pwfile={password}", *LOCALE]
    # The passwords are random: thousands of rounds at every connection would protect nothing.
    command += ["--auth=scram-sha-256", "--set", "scram_iterations=1"]
    command += [] if services.durable else ["--no-sync"]
    log = services.logs / "initdb.log"
    start(command, name="initdb", log=log, environment=clean_environment(), account=services.account).finish()
    password.unlink()
    draft.rename(data)


def _is_ready(pid_file: Path, child: Child) -> bool:
    """What pg_ctl looks at: the eighth line of postmaster.pid."""
    with suppress(FileNotFoundError):
        lines = pid_file.read_text().splitlines()
        return len(lines) > 7 and lines[0] == str(child.process.pid) and lines[7].strip() == "ready"
    return False


# --- Valkey
def start_valkey(services: Services, undo: ExitStack) -> None:
    """Start Valkey and wait for it; `undo` will stop it."""
    data = own_folder(services.home / "valkey", services.account)
    stop_leftover(data / "valkey.pid", str(data))
    config = data / "valkey.conf"
    config.write_text(_valkey_config(services, data))
    _own(config, services.account)
    child = start(
        [str(_program(programs.valkey(), services)), str(config)],
        name="valkey",
        log=services.logs / "valkey.log",
        account=services.account,
        on_parents_death=signal.SIGTERM,
    )
    undo.callback(child.stop)
    services.children.append(child)
    wait_for(child, lambda: _answers(services))


def _valkey_config(services: Services, data: Path) -> str:
    return f"""
bind 127.0.0.1
port {services.port}
requirepass {services.password("valkey")}
databases {VALKEY_DATABASES}
dir "{data}"
pidfile "{data / "valkey.pid"}"
proc-title-template "{{title}} {{listen-addr}} {{config-file}}"
maxmemory-policy noeviction
appendonly {"yes" if services.durable else "no"}
save ""
"""


def _answers(services: Services) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", services.port), timeout=1) as link:
        link.sendall(f"AUTH {services.password('valkey')}\r\nPING\r\n".encode())
        replies = link.makefile("rb")
        return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
    return False


# --- Both
def _program(program: Path, services: Services) -> Path:
    return programs.reachable(program, services.home / "programs") if services.account else program


def own_folder(path: Path, account: Account | None) -> Path:
    """A folder that only the servers' user enters (and root)."""
    path.mkdir(exist_ok=True)
    return _own(path, account, mode=0o700)


def _own(path: Path, account: Account | None, mode: int = 0o600) -> Path:
    path.chmod(mode)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def clean_environment() -> dict[str, str]:
    """Without PGHOST, PGSERVICE and their kin, which would redirect our own clients and servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
