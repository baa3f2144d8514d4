"""What the list of programmes and a programme's page cost, and on how many pages a plan prints."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("builder")
def list_and_summary(full: bool) -> Iterator[Figure]:
    cost = "tests/programmes/builder/test_{}.py::test_the_{}"
    yield from recorded_by(
        cost.format("list", "list_costs_the_same_for_one_and_for_fifty"),
        cost.format("as_it_went", "page_costs_the_same_whatever_the_number_of_weeks"),
    )


@measures("builder")
def paper(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_paper.py")
