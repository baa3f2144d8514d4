"""`python -m tests.access --write` asks everything again and renews matrix.csv: read the diff.

`--write new` asks only addresses that have no lines yet.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from tests.access import NEW, WRITE, table  # noqa: E402  they import models
from tests.access.asking import Key, questions  # noqa: E402
from tests.access.world import COLUMNS  # noqa: E402


def main() -> int:
    if sys.argv[1:] not in (["--write"], ["--write", "new"]):
        sys.exit(__doc__)
    only_new = {NEW: "1"} if "new" in sys.argv else {}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n2", "-q", "tests/access/test_matrix.py", "-k", "every_cell"],
            env=os.environ | {WRITE: folder} | only_new,
        )
        if done.returncode:
            return done.returncode
        renew(Path(folder), keep=bool(only_new))
    return 0


def renew(folder: Path, *, keep: bool) -> None:
    """Writes the answers in the URLconf's order; with `keep` beside the lines that stand there."""
    cells: dict[str, dict[Key, str]] = {column: {} for column in COLUMNS}
    for key, line in table.read().items() if keep else ():
        for column, cell in line.items():
            cells[column][key] = cell
    for column in COLUMNS:
        found = json.loads((folder / f"{column}.json").read_text())
        cells[column] |= {tuple(key): cell for key, cell in found}
    table.write({column: {key: asked[key] for key in questions()} for column, asked in cells.items()})


if __name__ == "__main__":
    sys.exit(main())
