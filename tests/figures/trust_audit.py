"""Audit: reads in the log, refused changes, tampering found, and what history and read log cost."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("trust")
def reads_in_the_log(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/test_read_log.py")


@measures("trust")
def audit_is_written_once(full: bool) -> Iterator[Figure]:
    """One line for each role, table and statement refused, and for each way of tampering that was found."""
    found = list(recorded_by("tests/clinic/test_sealing.py"))
    refused = [figure for figure in found if figure.name.startswith("S6 refused")]
    named = [figure for figure in found if figure.name.startswith("chain found")]
    yield from (figure for figure in found if figure not in refused and figure not in named)
    yield Figure("S6 changes of the audit refused, of 27", len(refused), "== 27")
    yield Figure("tampered entries the chain names, of 10", len(named), "== 10")


@measures("trust")
def cost_of_the_audit(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/benchmarks/test_audit_cost.py")
