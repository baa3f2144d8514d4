"""Kills, cuts and a broker that goes away: R1, R4, R5. FULL=1 takes the document's numbers."""

import os
from collections.abc import Iterator
from unittest.mock import patch

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("engine")
def no_flag_lost(full: bool) -> Iterator[Figure]:
    """R1 over several storms, each another one."""
    figures = []
    for storm in range(1, 11 if full else 3):
        with patch.dict(os.environ, WAYMARK_STORM=str(storm)):
            figures.extend(recorded_by("tests/faults/test_no_flag_lost.py"))
    for name in dict.fromkeys(each.name for each in figures):
        runs = [each for each in figures if each.name == name]
        yield Figure(f"{name}, {len(runs)} runs", sum(each.value for each in runs), runs[0].target)


@measures("engine")
def broker_away(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/faults/test_broker_away.py")
