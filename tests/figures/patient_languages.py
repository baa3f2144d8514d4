"""Languages of the patient's pages: what is not translated, what no translation reaches, what is cut."""

from collections.abc import Iterator

from tests.figures import Figure, measures
from tests.figures.pages import recorded_by


@measures("patient")
def translations(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/test_translations.py")


@measures("patient")
def a_longer_language_and_pages_turned_round(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/sheet/test_longer_and_turned.py")
