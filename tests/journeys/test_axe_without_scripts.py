"""The builder without JavaScript: axe, the Content-Security-Policy and the width, at 360 and 1280 px.

axe itself is a script, so it looks at pages whose own scripts never arrive; the policy is asked of pages in a
browser that runs none at all.
"""

import os
from functools import partial
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.factories import a_patient, a_programme, a_walk
from tests.figures import RECORD, Figure, record
from tests.journeys.test_axe import (
    WATCH,
    WIDER_THAN_THE_SCREEN,
    builder_pages,
    cookie_of,
    days_ago,
    people,
    problems,
)
from tests.signing_in import sign_in_staff

__all__ = ["people"]

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WIDTHS = {"360 px": {"width": 360, "height": 740}, "1280 px": {"width": 1280, "height": 900}}
MODES: dict[str, tuple[Any, Any]] = {
    name: (size, {}) for name, size in WIDTHS.items() if name == "360 px" or RECORD in os.environ
}
START = "/admin/programmes/programme/add/"


@pytest.fixture
def pages(people):
    """Every builder page, and the start form with the patient's own walks to tick."""
    walker = a_programme(a_patient(people["clinician"].clinic), people["clinician"], starts_on=days_ago(20))
    for days in (3, 6, 9):
        a_walk(walker, days_ago(days), minutes=12 + days)
    return [*builder_pages(people), f"{START}?patient={walker.patient_id}"]


def context_of(browser: Browser, web, people, **settings):
    context = browser.new_context(**settings)
    context.add_cookies([cookie_of(sign_in_staff(Client(), people["clinician"]), web)])
    return context


def test_axe_finds_nothing_serious_where_no_script_arrives(browser, web, people, pages):
    context = context_of(browser, web, people)
    context.add_init_script(WATCH)
    context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    found = []
    for path in pages:
        page.goto(web + path)
        found += problems(page, MODES, serious_only=True)
    context.close()
    record(Figure("axe and CSP: problems on builder pages without scripts", len(found), "== 0"))
    assert found == [], "\n".join(found)


def test_with_javascript_off_every_page_keeps_the_policy_and_the_width(browser, web, people, pages):
    found: list[str] = []
    for width, viewport in WIDTHS.items():
        context = context_of(browser, web, people, viewport=viewport, java_script_enabled=False)
        page = context.new_page()
        page.on("console", partial(_note, found))
        found += [f"{width}: {line}" for path in pages for line in _wrong(page, web + path)]
        context.close()
    record(Figure("CSP and width: problems on builder pages, JavaScript off", len(found), "== 0"))
    assert found == [], "\n".join(found)


def _note(found: list[str], said: ConsoleMessage) -> None:
    """What a browser says of a page on its own: refusals of the policy."""
    found.append(said.text)


def _wrong(page: Page, url: str) -> list[str]:
    answer = page.goto(url)
    found = [] if answer is not None and answer.status == 200 else [f"{url}: not answered"]
    return found + ([f"{url}: wider than the screen"] if page.evaluate(WIDER_THAN_THE_SCREEN) else [])
