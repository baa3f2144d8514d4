"""What patients read: short, kind, and never the words of the clinic's files."""

import re
from pathlib import Path

import pytest

from clinic.models import Clinic
from patients import mails

ROOT = Path(__file__).resolve().parents[2]
BANNED = ("clinician", "adherence", "compliance", "failed", "missed", "streak")
PAGES = sorted((ROOT / "templates/patients").glob("*.html"))
TEXTS = [
    *PAGES,
    *(ROOT / "templates/components").glob("_*.*"),
    *sorted((ROOT / "patients/wording").glob("*.py")),
    ROOT / "patients/day_wording.py",
    ROOT / "patients/plan_wording.py",
    ROOT / "patients/mails.py",
    *sorted((ROOT / "patients/forms").glob("*.py")),
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


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_titles_end_as_the_staff_pages_do(path):
    titles = re.findall(r"\{% block title %\}(.*) Waymark\{% endblock %\}", path.read_text())
    assert [title[-1] for title in titles] == ["–"] * len(titles)


def test_nobody_is_promised_to_log_for_a_patient():
    assert [path.name for path in TEXTS if "log your walks for you" in path.read_text()] == []


def test_the_invitation_names_no_condition_and_promises_no_plan():
    letter = mails.invitation_letter(
        Clinic(name="Elm Clinic", phone="01632 960 100"),
        sign_in="https://waymark.example/sign-in/",
        notice="https://waymark.example/privacy/",
    )
    assert letter.subject == "Your invitation from Elm Clinic"
    assert letter.body.split("\n\n") == [
        "Your physio team at Elm Clinic has invited you to Waymark.",
        "There you see your walking plan once it is ready, and tell us how your walks went.",
        "Sign in: https://waymark.example/sign-in/",
        "Use this e-mail address to sign in. We then send you a code.",
        "How we use your data: https://waymark.example/privacy/",
        "Not expecting this? Call 01632 960 100.",
    ]
