"""Restore a backup into an empty server that is thrown away afterwards."""

import os
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import psycopg
from psycopg import sql

from clinic import localservices
from clinic.backups.archives import Archive, BackupFailed
from clinic.backups.servers import Server, said, start_program, why
from clinic.localservices import ROLES, ServiceError

DATABASE = "waymark"
NOT_EMPTY = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname LIKE 'waymark_%')"
# The copy is thrown away: indexes may take memory, nothing need reach the disk before it is acknowledged.
RESTORE_OPTIONS = "-c maintenance_work_mem=256MB -c synchronous_commit=off -c row_security=off"


@dataclass(frozen=True)
class Restored:
    """The restored database, as its superuser and as the role of web and workers."""

    superuser: Server
    runtime: Server


@contextmanager
def restored(
    archive: Archive, *, scratch: Path, server: str = "", decrypt: str = "", jobs: int = 0
) -> Iterator[Restored]:
    """An empty cluster with roles.sql, and the backup in it; gone after the block, like all of `scratch`.

    `server` is the superuser's address on an empty server of one's own, used instead; one that has Waymark's
    roles already is refused, so that no drill can touch a server in use. Raises BackupFailed.
    """
    if archive.manifest["encrypted"] and not decrypt:
        raise BackupFailed("The backup is encrypted: set WAYMARK_BACKUP_DECRYPT")
    try:
        with localservices.locked(scratch), _empty(scratch, server) as empty:
            with _plain(archive, scratch, decrypt) as dump:
                _restore(dump, empty.superuser, jobs or os.cpu_count() or 1)
            yield empty
    except (psycopg.Error, ServiceError) as problem:
        raise BackupFailed(f"{why(problem)} (scratch server)") from problem
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


# --- The empty server
@contextmanager
def _empty(scratch: Path, server: str) -> Iterator[Restored]:
    if server:
        with _lent(Server.of_url(server)) as lent:
            yield lent
        return
    with localservices.started(scratch, durable=False, fresh=True, broker=False) as services:
        roles = ("postgres", "waymark_runtime")
        superuser, runtime = (Server.of_url(services.database_url(role, DATABASE)) for role in roles)
        yield Restored(superuser, runtime)


@contextmanager
def _lent(superuser: Server) -> Iterator[Restored]:
    with superuser.connect(autocommit=True) as connection:
        if connection.execute(NOT_EMPTY).fetchone() == (True,):
            raise BackupFailed("--server has Waymark's roles already: the drill wants an empty one")
        passwords = {role: secrets.token_hex(20) for role in ROLES}
        try:
            localservices.create_database(DATABASE, superuser.url, passwords)
            copy = replace(superuser, database=DATABASE)
            yield Restored(copy, replace(copy, user="waymark_runtime", password=passwords["runtime"]))
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            for role in (*ROLES, "erasure"):
                connection.execute(
                    sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"waymark_{role}"))
                )


# --- The dump
@contextmanager
def _plain(archive: Archive, scratch: Path, decrypt: str) -> Iterator[Path]:
    """The dump itself, or for as long as the restore takes a decrypted copy: parallel jobs need a file."""
    if not archive.manifest["encrypted"]:
        yield archive.dump
        return
    with TemporaryDirectory(dir=scratch) as folder:
        plain = Path(folder) / "waymark.dump"
        with archive.dump.open("rb") as source, plain.open("xb") as target:
            done = subprocess.run(shlex.split(decrypt), stdin=source, stdout=target, check=False)
        if done.returncode:
            raise BackupFailed(f"The decryption ended with {done.returncode}")
        yield plain


def _restore(dump: Path, into: Server, jobs: int) -> None:
    """pg_restore as the superuser, who alone may give tables to their owner; stops at the first error."""
    options = ["--exit-on-error", f"--jobs={jobs}", f"--dbname={into.database}"]
    with TemporaryFile() as errors:
        code = start_program(
            "pg_restore",
            *options,
            str(dump),
            server=into,
            output=subprocess.DEVNULL,
            errors=errors,
            PGOPTIONS=RESTORE_OPTIONS,
        ).wait()
        if code:
            raise BackupFailed(f"pg_restore ended with {code}: {said(errors)}")
    with into.connect(autocommit=True) as connection:
        connection.execute("ANALYZE")
