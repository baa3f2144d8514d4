"""Which server, and how its programs are run: passwords by environment, never on a command line."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clinic.localservices import programs
from clinic.localservices.servers import clean_environment

NAMES = ("HOST", "PORT", "USER", "PASSWORD", "NAME")  # in Django's DATABASES
ODD_QUOTE = re.compile(r'"[^"]*[^"a-z0-9_.][^"]*"')  # identifiers of ours are lower case; values may be names


@dataclass(frozen=True)
class Server:
    """One database of one server, as one role."""

    host: str
    port: str
    user: str
    password: str
    database: str
    sslmode: str = ""

    @classmethod
    def of_url(cls, url: str) -> Self:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        same = ("host", "port", "user", "password", "sslmode")
        return cls(**{name: parts.get(name, "") for name in same}, database=parts["dbname"])

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> Self:
        """From an entry of Django's DATABASES."""
        host, port, user, password, name = (str(settings.get(key, "")) for key in NAMES)
        return cls(host, port, user, password, name, settings.get("OPTIONS", {}).get("sslmode", ""))

    def settings(self) -> dict[str, str]:
        """What differs in an entry of Django's DATABASES."""
        values = (self.host, self.port, self.user, self.password, self.database)
        return dict(zip(NAMES, values, strict=True))

    @property
    def url(self) -> str:
        return make_conninfo(**{name: value for name, value in self._parts().items() if value})

    def _parts(self) -> dict[str, str]:
        parts = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return parts | {"dbname": self.database, "sslmode": self.sslmode}

    def environment(self) -> dict[str, str]:
        """For pg_dump and pg_restore."""
        names = {"dbname": "PGDATABASE"}
        given = {key: value for key, value in self._parts().items() if value}
        variables = {names.get(key, f"PG{key.upper()}"): value for key, value in given.items()}
        return clean_environment() | variables

    def connect(self, **options: Any) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.url, connect_timeout=10, **options)


def start_program(
    name: str, *arguments: str, server: Server, output: int | IO[bytes], errors: IO[bytes], **more: str
) -> "subprocess.Popen[bytes]":
    """pg_dump or pg_restore of the same installation as everything else here (`programs.postgresql`)."""
    command = [str(programs.postgresql() / name), "--no-password", *arguments]
    environment = server.environment() | more
    return subprocess.Popen(command, env=environment, stdout=output, stderr=errors)


def why(problem: Exception) -> str:
    """What went wrong with a connection or a file, likewise without values."""
    primary = problem.diag.message_primary if isinstance(problem, psycopg.Error) else None
    return f"{type(problem).__name__} {_without_values(primary or '')}".strip()


def said(errors: IO[bytes]) -> str:
    """The error lines of a program without what could be a patient's: no DETAIL, CONTEXT, or quoted value."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").splitlines()
    found = [_without_values(line) for line in lines if ": error: " in line or ": fatal: " in line]
    return "\n".join(found[:5]) or "it gave no reason"


def _without_values(text: str) -> str:
    return ODD_QUOTE.sub('"..."', text)
