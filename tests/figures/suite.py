"""How long the gates take: `make test`, and with FULL=1 `.ci/run` in a fresh clone."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.figures import RECORD, ROOT, Figure, measures


def minutes(command: list[str], folder: Path) -> tuple[float, int]:
    """Wall minutes and exit code."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in (RECORD, "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return (time.monotonic() - began) / 60, done.returncode


@measures("spine")
def make_test(full: bool) -> Iterator[Figure]:
    wall, code = minutes(["make", "test"], ROOT)
    yield Figure("make test: exit code", code, "== 0")
    yield Figure("make test", wall, "<= 8 min")


@measures("spine")
def ci_run(full: bool) -> Iterator[Figure]:
    if not full:
        return
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "waymark"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        wall, code = minutes(["bash", ".ci/run"], clone)
    yield Figure(".ci/run in a fresh clone: exit code", code, "== 0")
    yield Figure(".ci/run in a fresh clone", wall, "<= 15 min")
