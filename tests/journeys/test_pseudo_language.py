"""Pages of visitors in a longer language, and turned round: nothing is cut, all translated."""

import re

import pytest

from tests.figures import Figure, record
from tests.journeys.test_axe import (  # noqa: F401  `people` is a fixture
    cookie_of,
    flare_pages,
    patient_pages,
    people,
)
from tests.languages.extraction import patients_texts
from tests.languages.looking import Look
from tests.languages.pseudo import write_pseudo

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SIZES = {"320 px": {"width": 320, "height": 640}, "1280 px": {"width": 1280, "height": 900}}
VISITORS = (
    "/",
    "/sign-in/",
    "/sign-in/letter/",
    "/sign-in/link/none/",
    "/signed-out/",
    "/privacy/",
    "/nowhere/",
)
# The same in every language: names, what people typed, and what machines read.
NAMES = {"Waymark", "Elm", "Clinic", "Pat", "Walker", "Staff", "English", "Polski", "stiff", "NHS", "HCPC"}
NAMES |= {"zip", "JSON", "json", "record", "csv", "CSV", "UTC", "Europe", "London", "QR", "PDF"}


@pytest.fixture(params=["ltr", "rtl"])
def direction(request, settings, tmp_path):
    """English replaced by the pseudo-language; in one of two runs written from right to left."""
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES_BIDI = ["en"] if request.param == "rtl" else []
    return request.param


@pytest.fixture
def patients_words(tmp_path, direction):
    """Only what counts as the patient's side is translated: another text on these pages shows."""
    write_pseudo(tmp_path, "en-gb", texts=patients_texts())


def look(browser, live_server, paths, client=None):
    seen = Look(NAMES)
    for size, viewport in SIZES.items():
        context = browser.new_context(viewport=viewport, locale="en-GB")
        if client is not None:
            context.add_cookies([cookie_of(client, live_server.url)])
        page = context.new_page()
        for path in paths:
            answer = page.goto(live_server.url + path)
            assert answer.status < 500, path
            seen.at(page, f"{size} {re.sub(r'[0-9a-f-]{36}', 'ID', path)}")
        context.close()
    return seen


def judge(name, direction, seen):
    record(Figure(f"cut or too wide in the pseudo-language, {direction}, {name}", len(seen.cut), "== 0"))
    record(Figure(f"not through gettext, {direction}, {name}", len(seen.literal), "== 0"))
    assert seen.cut == [], "\n".join(seen.cut)
    assert seen.literal == [], "\n".join(sorted(set(seen.literal)))


def test_pages_of_visitors(browser, live_server, direction, patients_words):
    judge("visitors", direction, look(browser, live_server, VISITORS))
