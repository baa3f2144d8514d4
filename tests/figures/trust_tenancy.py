"""What tenancy costs on the pages that the performance figures are about."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def cost_of_row_level_security(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/benchmarks/test_rls_cost.py")
