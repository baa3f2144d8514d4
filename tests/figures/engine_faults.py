"""Kills, cuts, late nights, clocks: R1 to R10. FULL=1 takes the document's numbers."""

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
def other_faults(full: bool) -> Iterator[Figure]:
    """R3, R4, R5, R9 and R10: late nights, a broker that goes away, one bad patient, clocks."""
    for name in ("late_nights", "broker_away", "bad_patient"):
        yield from recorded_by(f"tests/faults/test_{name}.py")
    zones = list(recorded_by("tests/faults/test_clocks.py"))
    missed = sum(each.value for each in zones)
    yield Figure(f"R10: nights not reviewed once in time, {len(zones)} zones and changes", missed, "== 0")
