"""What patients do where no script runs."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("patient")
def javascript_off(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_without_javascript.py")
