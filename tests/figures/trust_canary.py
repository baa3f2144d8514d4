"""S7: what people type, found anywhere outside the database."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def canaries(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_canaries.py")
