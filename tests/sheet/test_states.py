"""The list of states is whole: no page of patients without its place on the contact sheet."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Put into a file; rendered once a process (on the sheet all the same).
NOT_PAGES = {"record_file.html", "offline.html"}


def test_every_patient_page_is_on_the_sheet(pages):
    shown = {name for page in pages for name in page.templates}
    ours = (ROOT / "templates/patients").glob("[!_]*.html")
    missing = {path.name for path in ours if f"patients/{path.name}" not in shown}
    assert missing - NOT_PAGES == set()


def test_names_are_unique(pages):
    names = [page.name for page in pages]
    assert [name for name in names if names.count(name) > 1] == []
