"""The folder of backups: one folder each, a dump and its manifest; complete or not there."""

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
NAME = re.compile(r"^waymark-\d{8}T\d{6}Z$")
DRAFT = ".partial"


class BackupFailed(Exception):
    """No backup was made, or one cannot be used; the text says why and names no patient."""


@dataclass(frozen=True)
class Archive:
    """One finished backup."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What the dump must hold. Raises BackupFailed when it cannot be read."""
        try:
            found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text())
            found["file"], found["tables"], found["structure"], found["migrations"], found["sha256"]  # noqa: B018
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise BackupFailed(f"{self.folder}: no usable {MANIFEST} ({type(problem).__name__})") from None
        return found

    @property
    def dump(self) -> Path:
        return self.folder / Path(self.manifest["file"]).name

    def damage(self) -> list[str]:
        """How the dump differs from what the manifest says of it; [] when it does not."""
        manifest = self.manifest
        if not self.dump.is_file():
            return [f"{self.dump.name} is missing"]
        same = self.dump.stat().st_size == manifest["bytes"] and digest(self.dump) == manifest["sha256"]
        return [] if same else [f"{self.dump.name} is not the file that the manifest describes"]


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def complete_archives(folder: Path) -> list[Archive]:
    """Finished backups, oldest first: their names are their times."""
    found = [path for path in folder.iterdir() if NAME.match(path.name) and (path / MANIFEST).is_file()]
    return [Archive(path) for path in sorted(found)]


def taken_last(folder: Path) -> datetime | None:
    """When the newest finished backup was begun, by its name alone: whoever watches need not read it."""
    names = [path.name for path in folder.iterdir() if NAME.match(path.name)] if folder.is_dir() else []
    return datetime.strptime(max(names), "waymark-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if names else None


def newest_archive(folder: Path) -> Archive:
    """The folder itself when it is a backup, else the newest one in it. Raises BackupFailed without one."""
    if (folder / MANIFEST).is_file():
        return Archive(folder)
    found = complete_archives(folder) if folder.is_dir() else []
    if not found:
        raise BackupFailed(f"No backup in {folder}")
    return found[-1]


def drop_oldest(folder: Path, *, keep: int) -> list[Archive]:
    """Removes all but the newest `keep`, and nothing that is not a finished backup; returns what went."""
    if keep < 1:
        raise BackupFailed("--keep must leave at least one backup")
    gone = complete_archives(folder)[:-keep]
    for archive in gone:
        shutil.rmtree(archive.folder)
    return gone
