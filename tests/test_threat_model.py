"""The threat model names tests: they exist and run."""

import re

from tests.test_hazard_log import ROOT, missing

NAMED = re.findall(r"`(tests/\S+?::\w+)`", (ROOT / "docs/threat-model.md").read_text())


def test_every_test_it_names_exists():
    assert [test for test in NAMED if missing(test)] == []


def test_it_names_some():
    assert len(NAMED) >= 40
