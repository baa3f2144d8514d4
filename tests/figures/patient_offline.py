"""Random days of a phone without, with and with torn signal: no walk lost, doubled or in another record."""

import os
from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by

DAYS, ALL_DAYS = "20", "200"  # FULL=1 takes all of them: more than an hour on two processors


@measures("patient")
def walks_without_signal(full: bool) -> Iterator[Figure]:
    os.environ["WAYMARK_SEQUENCES"] = ALL_DAYS if full else DAYS
    yield from recorded_by("tests/journeys/test_offline_sequences.py")
