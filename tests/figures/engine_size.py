"""What a night costs: `make bench` prints it beside the limit and the usual ways of writing it."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("engine")
def size_of_a_night(full: bool) -> Iterator[Figure]:
    """20,000 patients; WAYMARK_BENCH_PATIENTS takes another size."""
    yield from recorded_by("tests/benchmarks/test_review_size.py")


@measures("engine")
def two_workers(full: bool) -> Iterator[Figure]:
    """Real Celery workers over eight clinics; as many processors as workers, or it says little."""
    yield from recorded_by("tests/benchmarks/test_review_workers.py")
