"""matrix.csv: one line for an address and the methods that are answered alike there; a column a person."""

import csv
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tests.access.asking import Key
from tests.access.world import COLUMNS

FILE = Path(__file__).with_name("matrix.csv")
WIDE = {"address": 58, "methods": 30}
CELL = 16  # characters; fixed, so that a new line changes no other


def read(lines: Iterable[str] | None = None) -> dict[Key, dict[str, str]]:
    """Every cell: {(route, method): {column: cell}}. Raises KeyError on a line said twice."""
    found: dict[Key, dict[str, str]] = {}
    rows = csv.reader(FILE.read_text().splitlines() if lines is None else lines)
    head = [name.strip() for name in next(rows)]
    for row in rows:
        cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
        route, methods = (cells.pop(name) for name in WIDE)
        for method in methods.split(" + "):
            key = (route.removeprefix("/"), method)
            if key in found:
                raise KeyError(f"{key} stands twice in {FILE.name}")
            found[key] = cells
    return found


def write(cells: Mapping[str, Mapping[Key, str]]) -> None:
    """Writes the table from every column's answers."""
    keys = list(next(iter(cells.values())))
    lines = [_line([*WIDE, *COLUMNS])]
    for route, group in groupby(keys, key=itemgetter(0)):
        alike: dict[tuple[str, ...], list[str]] = {}
        for key in group:
            alike.setdefault(tuple(cells[column][key] for column in COLUMNS), []).append(key[1])
        lines += [_line(["/" + route, " + ".join(methods), *row]) for row, methods in alike.items()]
    FILE.write_text("\n".join(lines) + "\n")


def _line(words: list[str]) -> str:
    widths = [*WIDE.values(), *(CELL for _column in COLUMNS)]
    return ", ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()
