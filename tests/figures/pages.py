"""What tests count on the way: SQL per page, accessibility, import contracts."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.figures import RECORD, ROOT, Figure, measures


def recorded_by(*tests: str) -> Iterator[Figure]:
    """Runs tests and yields the figures they record; a failing test is a missed figure of its own."""
    path = Path(os.environ[RECORD])
    path.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout[-3000:])
        yield Figure(f"tests that failed while measuring {tests[0]}", 1, "== 0")
    for line in path.read_text().splitlines() if path.exists() else []:
        yield Figure(**json.loads(line))


@measures("spine")
def sql_per_page(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/benchmarks/test_sql_per_page.py")


@measures("spine")
def axe_on_every_page(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_axe.py")


@measures("spine")
def import_contracts(full: bool) -> Iterator[Figure]:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True
    )
    kept, broken = re.search(r"Contracts: (\d+) kept, (\d+) broken", done.stdout).groups()  # type: ignore[union-attr]
    yield Figure("import contracts kept", int(kept), ">= 8")
    yield Figure("import contracts broken", int(broken), "== 0")
