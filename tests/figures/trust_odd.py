"""Odd requests: 2,000, or 50,000 with FULL=1, and none ends in a server error."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by
from tests.figures.trust_proofs import ACCESS, summed


@measures("trust")
def odd_requests(full: bool) -> Iterator[Figure]:
    number = "50,000" if full else "2,000"
    name = f"odd requests that ended in a server error, of {number}"
    yield from summed(recorded_by(f"{ACCESS}/test_fuzz.py"), name, "server error$")


@measures("trust")
def hardly_http(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_odd_requests.py")
