"""The pure tests run over mutants of the clinical rules, in one process that forks: no database, no copies.

A mutant inside a function is tried in a fork of a pytest that has collected everything: its code is put in
the place of the original's, and only the tests that reach its line run, the quickest first. What is read when
modules are imported (numbers, tables, defaults) is tried in a pytest of its own.
"""

import importlib
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.mutation import nursery
from tests.mutation.mutants import Mutant
from tests.mutation.places import ROOT
from tests.mutation.rule_mutants import rule_mutants
from tests.mutation.running import NotGreen

SEED = 20261122
PURE = ("tests/clinical",)
PLACE = "WAYMARK_RULES"  # names the folder of the files that a run and its plugin share
IN_ITS_OWN = "in a run of its own"
OPTIONS = (
    "-o",
    "addopts=",
    "-q",
    "-x",
    "--tb=no",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:valkey",
)
NOWHERE = "postgresql://nobody@nowhere.invalid/none"


def chosen(number: int | None, only: str = "") -> list[Mutant]:
    """Those whose name holds the words; with a number a seeded sample, the same each time."""
    there = [mutant for mutant in rule_mutants() if only in str(mutant)]
    if number is None or number >= len(there):
        return there
    drawn = random.Random(SEED).sample(range(len(there)), number)
    return [there[index] for index in sorted(drawn)]


def noticed_by(mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with the test that noticed it, "" when none did."""
    for name in nursery.LIBRARIES:
        with suppress(Exception):  # one that wants settings is imported by each run
            importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="waymark-rules-") as folder:
        place = Path(folder)
        (place / "mutants.json").write_text(
            json.dumps([[each.path, each.line, each.source] for each in mutants])
        )
        if code := _run(place, "tests.mutation.rule_forks"):
            raise NotGreen(f"exit {code}: {(place / 'output.txt').read_text()[-2000:]}")
        said = dict(json.loads(line) for line in (place / "said.jsonl").read_text().splitlines())
        for number, mutant in enumerate(mutants):
            yield mutant, _importing(place, number) if said[number] == IN_ITS_OWN else said[number]


def _importing(place: Path, number: int) -> str:
    """A run that imports the changed module."""
    (place / "number").write_text(str(number))
    failed = place / "failed.txt"
    failed.write_text("")
    code = _run(place, "tests.mutation.rule_import")
    return failed.read_text() or (f"exit {code}" if code else "")


def _run(place: Path, plugin: str) -> int:
    environment = {
        PLACE: str(place),
        "WAYMARK_STATE": str(place),
        "WAYMARK_SECRET_KEY": "tests-sign-nothing-that-lasts-longer-than-a-run-of-all-of-them",
        "REDIS_URL": "redis://nowhere.invalid/0",
        **dict.fromkeys(("DATABASE_URL", "MIGRATOR_DATABASE_URL", "MAINTENANCE_DATABASE_URL"), NOWHERE),
    }
    os.chdir(ROOT)
    sys.path[0] = str(ROOT)
    arguments = ["-p", plugin, *OPTIONS, *PURE]
    output = str(place / "output.txt")
    return nursery.answer(
        {"arguments": arguments, "environment": environment, "output": output, "patience": 36000}
    )
