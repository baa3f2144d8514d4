"""Every patient page in every state, on the narrowest phone; `make figures ONLY=patient` takes all modes."""

import pytest

from tests.sheet.looking import wrong_in
from tests.sheet.showing import NARROW

pytestmark = pytest.mark.e2e


def test_nothing_is_wrong_on_a_narrow_phone(pages, browser):
    found = wrong_in(browser, NARROW, pages)
    lines = [line for lines in found.values() for line in lines]
    assert lines == [], "\n".join(lines)


def test_pages_keep_their_status(pages):
    errors = [page.name for page in pages if page.name.endswith(", error")]
    assert errors == [page.name for page in pages if page.status in (403, 409, 422)]


def test_a_refused_form_says_so_first(pages):
    refused = [page for page in pages if page.status == 422]
    assert [page.name for page in refused if "<title>Error:" not in " ".join(page.body.split())] == []
    assert [page.name for page in refused if 'id="error-summary"' not in page.body] == []


def test_nothing_personal_is_stored_by_a_browser(pages):
    assert [page.name for page in pages if page.headers["Cache-Control"] != "no-store"] == []
