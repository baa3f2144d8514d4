"""Browsers without `navigator.locks` (older Safari): a lease in the database lets one page send at a time."""

import pytest
from playwright.sync_api import Page

from tests.factories import a_clinic
from tests.journeys.phones import a_phone, kept, until
from tests.journeys.test_offline import keep_one, on_a_plan, walks_of, web, with_signal  # noqa: F401

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WITHOUT_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined })"
FLUSH = "outbox.flush(outbox.page.person, true)"
MINUTE = 60_000


@pytest.fixture
def patient():
    return on_a_plan(a_clinic())


@pytest.fixture
def phone(browser, web, patient) -> Page:  # noqa: F811
    """A walk is kept; the page that is open with signal sends nothing by itself."""
    page = a_phone(browser, web, patient)
    page.context.add_init_script(WITHOUT_LOCKS)
    keep_one(page, web, minutes=10)
    page.goto("about:blank")
    with_signal(page)
    page.goto(f"{web}/healthz/live")
    yield page
    page.context.close()


def opened(phone: Page, web: str, lease: str) -> None:  # noqa: F811
    """Today, once the lease says this."""
    phone.goto(f"{web}/signed-out/")
    until(phone, f"outbox.remember('lease', {lease}).then(() => true)")
    phone.goto(f"{web}/today/")
    assert phone.evaluate("navigator.locks") is None


def test_while_another_page_sends_this_one_waits(phone, web, patient):  # noqa: F811
    opened(phone, web, f"Date.now() + {MINUTE}")
    assert phone.evaluate(FLUSH) == {"why": "busy", "sent": []}
    assert (len(kept(phone)), walks_of(patient)) == (1, [])


@pytest.mark.parametrize("lease", ["Date.now() - 1", f"Date.now() + 10 * {MINUTE}"])
def test_a_lease_that_is_over_or_of_another_clock_is_none(phone, web, patient, lease):  # noqa: F811
    """The page that took it is closed, or the clock was set back meanwhile."""
    opened(phone, web, lease)
    until(phone, f"{FLUSH}.then(() => outbox.all()).then((walks) => walks.length === 0)")
    until(phone, "outbox.recall('lease').then((lease) => lease === 0)")
    assert walks_of(patient) == [10]


def test_two_pages_at_once_send_one_request(phone, web, patient):  # noqa: F811
    posted = []
    phone.context.on(
        "request", lambda request: posted.append(request.url) if request.method == "POST" else None
    )
    opened(phone, web, f"Date.now() + {MINUTE}")
    both = f"outbox.remember('lease', 0).then(() => Promise.all([{FLUSH}, {FLUSH}]))"
    came = phone.evaluate(f"{both}.then((each) => each.map((one) => one.why + one.sent.length).sort())")
    assert (came, len(posted), walks_of(patient)) == (["1", "busy0"], 1, [10])
