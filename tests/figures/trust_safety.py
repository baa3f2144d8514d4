"""S22: the hazard log is alive."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def hazard_log(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/test_hazard_log.py")
