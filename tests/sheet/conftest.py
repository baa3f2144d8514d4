"""The pages of the sheet, rendered once for each process that asks for them."""

import os

import pytest
import time_machine

from clinic.languages import SOURCE
from tests.factories import NOON
from tests.sheet import Page, rendered
from tests.sheet.world import World

_rendered: list[Page] = []


@pytest.fixture
def pages(db: None) -> list[Page]:
    if not _rendered:
        with time_machine.travel(NOON, tick=False):
            _rendered.extend(rendered(World(os.environ.get("WAYMARK_SHEET_LANGUAGE") or SOURCE)))
    return _rendered
