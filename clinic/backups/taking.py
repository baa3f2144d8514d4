"""Take a backup: pg_dump and the numbers it must later show, from one snapshot."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psycopg
from psycopg import IsolationLevel

from clinic.backups.archives import DRAFT, MANIFEST, Archive, BackupFailed, digest
from clinic.backups.fingerprints import fingerprint
from clinic.backups.servers import Server, said, start_program, why
from clinic.localservices import AlreadyRunningError, locked

DUMP = "waymark.dump"
SEES_ALL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
BLIND = (
    "MAINTENANCE_DATABASE_URL signs in as a role that row-level security hides rows from: "
    "use waymark_maintenance (clinic/roles.sql)"
)


def take_backup(*, source: Server, folder: Path, now: datetime, encrypt: str = "") -> Archive:
    """Dumps `source` into a new folder below `folder`, readable by this user only.

    `encrypt` is a command that reads the dump and writes it encrypted: nothing plain touches the disk. A
    backup appears complete or not at all. Raises BackupFailed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = folder / f"waymark-{now:%Y%m%dT%H%M%SZ}"
    with _alone(folder), _draft(final) as draft:
        facts = _dump(source, draft, encrypt) | {"taken_at": now.isoformat(timespec="seconds")}
        _write(draft / MANIFEST, json.dumps(facts, indent=1))
    return Archive(final)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with locked(folder):
            yield
    except AlreadyRunningError:
        raise BackupFailed(f"Another backup is being written to {folder}") from None


@contextmanager
def _draft(final: Path) -> Iterator[Path]:
    """A folder that gets its name when all is done; what killed runs left is removed first."""
    for left in final.parent.glob(f"waymark-*{DRAFT}"):
        shutil.rmtree(left)
    if final.exists():
        raise BackupFailed(f"{final} exists")
    draft = final.with_suffix(DRAFT)
    draft.mkdir(mode=0o700)
    try:
        yield draft
        draft.rename(final)
    except (psycopg.Error, OSError) as problem:
        raise BackupFailed(f"{why(problem)} (writing {final.name})") from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _dump(source: Server, draft: Path, encrypt: str) -> dict[str, Any]:
    """The dump beside its numbers: both read the snapshot that this connection exports."""
    path = draft / (f"{DUMP}.encrypted" if encrypt else DUMP)
    with source.connect() as connection:
        connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
        if connection.execute(SEES_ALL).fetchone() != (True,):
            raise BackupFailed(BLIND)
        exported = connection.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
        snapshot, version = exported.fetchone() or ("", "")
        with _dumping(source, snapshot, path, encrypt):
            held = fingerprint(connection)
    file = {
        "file": path.name,
        "encrypted": bool(encrypt),
        "bytes": path.stat().st_size,
        "sha256": digest(path),
    }
    return {"format": 1, "postgresql": version, **file, **held}


@contextmanager
def _dumping(source: Server, snapshot: str, path: Path, encrypt: str) -> Iterator[None]:
    """pg_dump runs during the block and has succeeded after it; otherwise it is ended."""
    options = ["--format=custom", "--compress=gzip:1", f"--snapshot={snapshot}", "--lock-wait-timeout=60s"]
    with open(path, "xb", opener=_private) as file, TemporaryFile() as errors:
        first = subprocess.PIPE if encrypt else file
        dump = start_program("pg_dump", *options, server=source, output=first, errors=errors)
        running = [dump, *_encrypting(encrypt, dump, file)]
        try:
            yield
            codes = [process.wait() for process in running]
        finally:
            for process in running:
                process.kill()
        if any(codes):
            raise BackupFailed(f"pg_dump or the encryption ended with {codes}: {said(errors)}")
        os.fsync(file.fileno())


def _encrypting(
    command: str, dump: "subprocess.Popen[bytes]", file: IO[bytes]
) -> list["subprocess.Popen[bytes]"]:
    """The clinic's own program between pg_dump and the file; it says itself on the console what is wrong."""
    if not command:
        return []
    process = subprocess.Popen(shlex.split(command), stdin=dump.stdout, stdout=file)
    assert dump.stdout is not None
    dump.stdout.close()  # the child has it: when the child ends, pg_dump must notice
    return [process]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(path: Path, text: str) -> None:
    with open(path, "x", opener=_private) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
