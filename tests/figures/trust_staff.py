"""Staff sign-in: sessions, second factors, guessing and what the time betrays (S10-S14)."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def staff_sign_in(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/clinic/test_trust_staff.py")
