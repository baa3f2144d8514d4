"""What patients read: short, kind, and never the words of the clinic's files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BANNED = ("clinician", "adherence", "compliance", "failed", "missed", "streak")
PAGES = sorted((ROOT / "templates/patients").glob("*.html"))
TEXTS = [
    *PAGES,
    *(ROOT / "templates/components").glob("_*.*"),
    ROOT / "patients/wording.py",
    ROOT / "patients/forms.py",
]


def quoted(path):
    """The words a person sees: translated strings, or a template's text without tags."""
    text = path.read_text()
    if path.suffix == ".py":
        return " ".join(re.findall(r'"([^"]*)"', text))
    tags = re.compile(r"<[^>]*>|\{%.*?%\}")
    return tags.sub(lambda tag: " ".join(re.findall(r'translate "([^"]*)"', tag[0])), text)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_banned_word(path):
    assert [word for word in BANNED if word in quoted(path).lower()] == []


@pytest.mark.parametrize(
    "path", list((ROOT / "templates/patients").glob("*.html")), ids=lambda path: path.name
)
def test_nothing_inline(path):
    assert re.findall(r"\sstyle=|<style|<script(?![^>]*src=)|\son\w+=", path.read_text()) == []
