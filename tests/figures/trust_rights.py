"""Rights over one's own data: what a copy holds, what is declared, that erasing keeps its rules, texts."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by
from tests.figures.trust_proofs import summed

TRIED = 12  # UPDATE, DELETE and TRUNCATE, by three roles and the superuser


@measures("trust")
def rights_over_ones_own_data(full: bool) -> Iterator[Figure]:
    yield from recorded_by(
        "tests/test_personal.py",
        "tests/patients/test_record_export.py",
        "tests/patients/test_erasure.py",
        "tests/patients/test_erase_rules.py",
        "tests/benchmarks/test_export_time.py",
    )


@measures("trust")
def privacy_texts(full: bool) -> Iterator[Figure]:
    yield from summed(
        recorded_by("tests/patients/test_privacy.py"),
        f"ways to change a published privacy text refused, of {TRIED}",
        "^privacy text kept",
        f"== {TRIED}",
    )
