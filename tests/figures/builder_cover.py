"""What cover costs the queue, and that of two who hand over one does."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("builder")
def cover_and_handing_over(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/clinic/review/test_cover.py", "-k", "costs")
    yield from recorded_by("tests/programmes/test_caseloads.py", "-k", "at_once")
