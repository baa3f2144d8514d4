"""Every patient page in every state and mode, how its texts read, and the first load on a slow line."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("patient")
def first_load(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_first_load.py")


@measures("patient")
def every_page_in_every_mode(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/sheet/every_mode.py")


@measures("patient")
def reading_grade(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/sheet/test_reading.py")


@measures("patient")
def scripts_of_old_phones(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_scripts_of_old_phones.py")


@measures("patient")
def firefox(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_firefox.py")
