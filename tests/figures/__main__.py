"""Command line: `python -m tests.figures [--only WORD]`; FULL=1 takes the long forms."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import tests.figures
from tests.figures import MEASUREMENTS, RECORD, ROOT, Figure, Measurement

for module in pkgutil.iter_modules(tests.figures.__path__):
    if not module.name.startswith("__"):
        importlib.import_module(f"tests.figures.{module.name}")  # registers its measurements


def chosen(word: str | None) -> list[tuple[str, Measurement]]:
    """Measurements whose topic or name holds the word; all without one."""
    return [
        (topic, measurement)
        for topic, measurements in MEASUREMENTS.items()
        for measurement in measurements
        if word is None or word in topic or word in measurement.__name__ or word in measurement.__module__
    ]


def measured(word: str | None, *, full: bool) -> Iterator[Figure]:
    """Every figure as it is measured. A measurement that breaks off is a miss, and the others go on."""
    for _topic, measurement in chosen(word):
        try:
            for figure in measurement(full):
                print(figure.line, flush=True)
                yield figure
        except Exception:
            traceback.print_exc()
            broken = Figure(f"{measurement.__module__} broke off", 1, "== 0")
            print(broken.line, flush=True)
            yield broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=None)
    word = parser.parse_args().only or None
    if not chosen(word):
        sys.exit(f"No measurement is called {word!r}. There are: {', '.join(MEASUREMENTS)}")
    full = os.environ.get("FULL") == "1"
    with tempfile.TemporaryDirectory() as folder:
        os.environ[RECORD] = str(Path(folder) / "record.jsonl")
        figures = list(measured(word, full=full))
    write(figures, full=full)
    missed = [figure.name for figure in figures if not figure.met]
    print(f"{len(figures) - len(missed)} met, {len(missed)} missed")
    return 1 if missed else 0


def write(figures: list[Figure], *, full: bool) -> None:
    state = Path(os.environ.get("WAYMARK_STATE", ROOT / ".waymark"))
    state.mkdir(parents=True, exist_ok=True)
    facts = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "full": full,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    rows = [{**asdict(figure), "met": figure.met} for figure in figures]
    (state / "figures.json").write_text(json.dumps({"machine": facts, "figures": rows}, indent=1))


if __name__ == "__main__":
    sys.exit(main())
