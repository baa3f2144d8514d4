"""S10-S14 for patients: sessions, links, letters, guesses, and what an answer's time would tell."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def sign_in_of_patients(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/benchmarks/test_sign_in_of_patients.py")
