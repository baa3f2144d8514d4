"""What the walk form and the pages of a patient's days weigh and take, and how exact the timer is."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("patient")
def walk_form(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_walk_form.py")


@measures("patient")
def timer(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_timer.py")


@measures("patient")
def sql_of_a_patients_days(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/patients/test_days_sql.py")


@measures("patient")
def axe_and_csp_of_patients_pages(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_axe.py", "-k", "patients")
