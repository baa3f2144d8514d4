"""The timer's script in Chromium, with the page as the server writes it and time under control."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.factories import NOON, a_clinic, a_patient
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]
STATIC = Path(__file__).resolve().parents[2] / "static"
SITE = "http://waymark.test"
CLOCKS_GO_BACK = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # ten minutes before, in London
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(timezone_id="Europe/London", locale="en-GB")
    yield context
    context.close()


def page_at(context: BrowserContext, start: datetime, *, device: timedelta = timedelta(0)) -> Page:
    """The timer's page as it was written at its start, on a device whose clock is off by `device`."""
    client = Client()
    with time_machine.travel(start, tick=False):
        sign_in_patient(client, a_patient(a_clinic()))
        client.post("/walks/timer/")
        answer = client.get("/walks/timer/")

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == "/walks/timer/":
            route.fulfill(body=answer.content.decode(), headers=dict(answer.headers))
        elif not path.startswith("/static/"):
            route.abort()  # what the page asks the server for later: a phone without signal
        else:
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])

    context.route("**/*", serve)
    page = context.new_page()
    page.clock.install(time=start + device - timedelta(minutes=1))
    page.clock.pause_at(start + device)  # before loading: however slow that is, the device's clock stands
    page.goto(f"{SITE}/walks/timer/")
    return page


def seconds_shown(page: Page) -> int:
    parts = [int(part) for part in page.locator("[data-started]").inner_text().split(":")]
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


@pytest.mark.parametrize(
    ("name", "start", "device"),
    [
        ("after 30 hidden minutes", NOON, timedelta(0)),
        ("when the clocks go back meanwhile", CLOCKS_GO_BACK, timedelta(0)),
        ("on a device whose clock is a year behind", NOON, timedelta(days=-365)),
    ],
)
def test_the_timer_is_exact_to_a_second(context, name, start, device):
    page = page_at(context, start, device=device)
    page.clock.fast_forward(30 * 60 * 1000)  # as a phone that wakes: no tick in between
    off = abs(seconds_shown(page) - 30 * 60)
    record(Figure(f"timer {name}, seconds off", off, "<= 1 s"))
    assert off <= 1
