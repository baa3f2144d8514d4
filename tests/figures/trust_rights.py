"""Rights over one's own data: what a copy holds, what is declared, that erasing keeps its rules."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def rights_over_ones_own_data(full: bool) -> Iterator[Figure]:
    yield from recorded_by(
        "tests/test_personal.py",
        "tests/patients/test_record_export.py",
        "tests/patients/test_erasure.py",
        "tests/benchmarks/test_export_time.py",
    )
