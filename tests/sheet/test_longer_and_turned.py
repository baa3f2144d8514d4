"""Every patient page in every state in a longer language, and turned round: nothing is cut, all translated.

The clinic offers the pseudo-language, and all its patients read it as they would read Polish. Then each page
is turned round in the browser: from right to left, each box must stand where its mirror image stood.
"""

import os

import pytest
import time_machine

from tests.factories import NOON
from tests.figures import RECORD, Figure, record
from tests.languages.looking import CUT, Look
from tests.languages.mirror import not_mirrored
from tests.sheet import rendered
from tests.sheet.showing import NARROW, show, tab_in
from tests.sheet.world import World

pytestmark = pytest.mark.e2e
WIDTHS = (NARROW.width, 1280) if RECORD in os.environ else (NARROW.width,)  # a figure takes both
NAMES = {"Waymark", "Elm", "Clinic", "June", "Pat", "Robin", "Hart", "Asha", "Patel"}
NAMES |= {"Accented", "English", "Polski"}  # languages, in their own words
# What its people typed, and the address of a picture to point a phone at.
TYPED = {
    "Flat paths first, please. Wear the shoes we chose.",
    "Wet leaves by the canal.",
    "Ice",
    "My plan says Hart, not Heart.",
    "http://127.0.0.1:8000/walks/new/",
}


@pytest.fixture
def longer(db, complete):
    """The pages of the sheet in the pseudo-language."""
    with time_machine.travel(NOON, tick=False):
        return rendered(World(complete))


def test_pages_in_a_longer_language(longer, browser):
    seen, turned = Look(NAMES, TYPED), []
    with tab_in(browser, NARROW, longer) as tab:
        for page in longer:
            show(tab, longer, page)
            tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            seen.at(tab, page.name)
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": NARROW.height})
                seen.cut += [f"{page.name}, {width} px: {line}" for line in tab.evaluate(CUT)]
                turned += [f"{page.name}, {width} px: {line}" for line in not_mirrored(tab)]
                seen.cut += [f"{page.name}, {width} px, turned: {line}" for line in tab.evaluate(CUT)]
                tab.evaluate("document.documentElement.dir = 'ltr'")
    for name, found in (("cut or too wide", seen.cut), ("not through gettext", seen.literal)):
        record(
            Figure(
                f"{name}: {len(longer)} pages of patients, 40 % longer, both directions", len(found), "== 0"
            )
        )
    record(Figure(f"not mirrored from right to left: {len(longer)} pages of patients", len(turned), "== 0"))
    wrong = sorted({*seen.cut, *seen.literal, *turned})
    assert wrong == [], "\n".join(wrong)
