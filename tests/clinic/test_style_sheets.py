"""The style sheets know a start and an end, no left and right: pages can be turned round."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).resolve().parents[2] / "static" / "css").glob("*.css"))
SIDES = re.compile(
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b"
    r"|(?<![\w-])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_left_and_no_right(sheet):
    assert SIDES.findall(sheet.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["margin-left: 1px", "{left:0}", "text-align: right;", "border-top-left-radius: 1px", "float:left"],
)
def test_it_would_be_found(line):
    assert SIDES.findall(line) != []
