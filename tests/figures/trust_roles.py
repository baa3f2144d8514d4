"""What limited records cost the queue and Today: 300 patients, none and five of them limited."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def roles_and_limited_records(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/benchmarks/test_limits_cost.py")
