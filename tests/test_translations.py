"""What is under locale/ is what the sources say, whole, and put together as `make messages` does it."""

import json
import re
from collections import Counter
from io import BytesIO

import pytest
from babel.messages.mofile import read_mo

from clinic.languages import SAFETY_STRINGS, digest, safety_strings, shipped
from tests.figures import Figure, record
from tests.languages.catalogues import as_mo, merge, missing, mo_file, po_file, read, safety_list
from tests.languages.extraction import ROOT, STAFFS_FILES, all_texts
from tests.languages.literals import literals_of_code, literals_of_template

LANGUAGES = sorted(shipped())
FILLED_IN = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>")


def messages(language):
    for message in read(language):
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            yield forms, said


def strings(catalogue):
    return {str((message.context, message.id)): message.string for message in catalogue if message.id}


def test_strings_are_found_in_code_and_templates():
    texts = all_texts()
    assert (None, "Chest pain") in texts  # gettext_lazy
    assert texts[None, "%(count)d minute"].plural == "%(count)d minutes"
    assert ("date format", "j F Y") in texts  # with a context
    assert (None, "0 is no pain") in texts  # translate in a template
    assert (None, "Call %(number)s") in texts  # blocktranslate
    assert (None, "not chosen yet") in texts  # _() in a template


def test_the_list_of_safety_texts_is_of_these_sources():
    listed, said = json.loads(SAFETY_STRINGS.read_text("utf-8")), json.loads(safety_list())
    new = [row["text"] for row in said if row not in listed]
    record(Figure("safety texts of the sources that no approval covers", len(new), "== 0"))
    assert new == [], "run `make messages`"
    assert listed == said, "run `make messages`"
    assert len(listed) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_safety_text_is_translated(language):
    assert [text.source for text in safety_strings(language) if not text.is_translated] == []
    assert digest(language) != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_patients_read_is_translated(language):
    texts = missing(merge(language, ""))
    record(Figure(f"strings of the patients' side not translated, {language}", len(texts), "== 0"))
    assert texts == [], "run `make messages`, then translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_nobody_says_any_more(language):
    """By `merge`, which drops what no source says."""
    assert sorted(strings(read(language)).keys() - strings(merge(language, "")).keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_guessed(language):
    assert [message.id for message in read(language) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_of_this_translation(language):
    """By its strings: another version of Babel writes another header."""
    anew = read_mo(BytesIO(as_mo(read(language))))
    with mo_file(language).open("rb") as file:
        shipped_file = read_mo(file)
    assert strings(shipped_file) == strings(anew), "run `make messages`"
    assert len(strings(anew)) > 600


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_filled_in_there_too(language):
    wrong = [
        (forms[-1], text)
        for forms, said in messages(language)
        for text in said
        if Counter(FILLED_IN.findall(text)) != Counter(FILLED_IN.findall(forms[-1]))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_to_call_stay_the_same(language):
    """999 and 111 are those of the clinic's country, whatever language somebody reads."""
    wrong = [
        (forms[0], text)
        for forms, said in messages(language)
        for text in said
        if Counter(re.findall(r"\b(?:999|111)\b", text)) != Counter(re.findall(r"\b(?:999|111)\b", forms[0]))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_says_that_it_is_a_draft(language):
    assert "THIS TRANSLATION IS A DRAFT" in po_file(language).read_text("utf-8").partition("msgid")[0]


def test_no_text_for_people_stands_outside_gettext():
    templates = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".svg")]
    code = [path for each in ("patients", "clinic", "programmes") for path in (ROOT / each).rglob("*.py")]
    found = [
        *(each for path in sorted(templates) for each in literals_of_template(path)),
        *(each for path in sorted(code) for each in literals_of_code(path)),
    ]
    assert found == []


def test_only_the_formats_decide_how_patients_read_a_day():
    """A pattern written elsewhere is not translated: 21 listopad."""
    code = [path for path in (ROOT / "patients").rglob("*.py") if not is_patients_admin(path)]
    templates = [
        *(ROOT / "templates/patients").rglob("*.html"),
        *(ROOT / "templates/components").rglob("*.*"),
    ]
    written = re.compile(r"date_format\(|time_format\(|strftime\(|\|(?:date|time):")
    assert [path.name for path in (*code, *templates) if written.search(path.read_text("utf-8"))] == []


def is_patients_admin(path):
    return path.relative_to(ROOT).as_posix().startswith(STAFFS_FILES)
