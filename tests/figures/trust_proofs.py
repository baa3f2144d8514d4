"""Who is answered what, foreign rows, composite keys."""

import re
from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by

ACCESS = "tests/access"


def summed(figures: Iterator[Figure], name: str, pattern: str, target: str = "== 0") -> Iterator[Figure]:
    """One figure for all whose names match, beside those that do not."""
    total = 0.0
    for figure in figures:
        if re.search(pattern, figure.name):
            total += figure.value
        else:
            yield figure
    yield Figure(name, total, target)


@measures("trust")
def access_matrix(full: bool) -> Iterator[Figure]:
    shares = []
    for figure in recorded_by(f"{ACCESS}/test_matrix.py"):
        if figure.name.endswith("as declared"):
            shares.append(figure.value)
        else:
            yield figure
    yield Figure(
        f"access matrix: cells as declared, {len(shares)} people", min(shares, default=0.0), "== 100 %"
    )


@measures("trust")
def other_clinics_keys(full: bool) -> Iterator[Figure]:
    yield from recorded_by(f"{ACCESS}/test_foreign_keys_sent.py")


@measures("trust")
def raw_sql(full: bool) -> Iterator[Figure]:
    figures = list(recorded_by(f"{ACCESS}/test_raw_sql.py"))
    keys = [figure for figure in figures if figure.name.startswith("key into")]
    rest = iter([figure for figure in figures if figure not in keys])
    yield from summed(rest, "foreign rows reached by raw SQL, all tables", "^foreign rows")
    refused = 100 * sum(figure.value for figure in keys) / len(keys) if keys else 0.0
    yield Figure(f"keys into another clinic refused, of {len(keys)}, %", refused, "== 100 %")
