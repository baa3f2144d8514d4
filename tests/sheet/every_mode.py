"""The long form of test_every_page.py, for the figures: every state in every mode. Not collected."""

import pytest

from tests.figures import Figure, record
from tests.sheet.looking import wrong_in
from tests.sheet.showing import MODES

pytestmark = pytest.mark.e2e
NAMES = {
    "axe and CSP": "axe and CSP problems",
    "controls": "controls under 44 px",
    "width": "pages that scroll sideways",
}


def test_every_page_in_every_mode(pages, browser):
    found: dict[str, list[str]] = {what: [] for what in NAMES}
    for mode in MODES:
        for what, lines in wrong_in(browser, mode, pages).items():
            found[what] += lines
    states = f"{len(pages)} states x {len(MODES)} modes"
    for what, lines in found.items():
        record(Figure(f"{NAMES[what]}, {states}", len(lines), "== 0"))
    assert [line for lines in found.values() for line in lines] == []
