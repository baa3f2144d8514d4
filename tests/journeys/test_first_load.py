"""The walk form on a slow line, as production serves it: collected, compressed files and no demo."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser

from programmes.models import Walk
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.journeys.conftest import BIN, ROOT, free_port, process, wait_for
from tests.journeys.test_walk_form import SCREEN, height, phone_of
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400 * 1000 / 8,
    "uploadThroughput": 400 * 1000 / 8,
}
LOADS = 5
# When the form can be filled in: it is there, painted with its style sheets, and no script is to come.
USABLE = """() => Math.max(
  performance.getEntriesByName('first-contentful-paint')[0].startTime,
  performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)"""


@pytest.fixture
def programme():
    """Week two, a walk yesterday, whose list was last answered more than a week ago: it is due."""
    clinic = a_clinic()
    start = datetime.now(UTC).date() - timedelta(days=8)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=start, minutes=15)
    a_walk(programme, start, new_symptoms=())
    a_walk(programme, datetime.now(UTC).date() - timedelta(days=1))
    return programme


@pytest.fixture
def collected_web(services_environment, tmp_path):
    """A web server with hashed and compressed files, in a copy of the code that has no demo."""
    house = tmp_path / "house"
    kept = ("clinic", "patients", "programmes", "templates", "static", "locale")
    for name in kept:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "gunicorn.conf.py"):
        shutil.copy(ROOT / name, house / name)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = services_environment | {
        "WAYMARK_BASE_URL": address,
        "WAYMARK_DB_POOL": "1",
        "PORT": str(port),
        "PYTHONPATH": str(house),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(collect, cwd=house, env=environment, check=True)
    gunicorn = [str(BIN / "gunicorn"), "clinic.wsgi", "--bind", f"127.0.0.1:{port}"]
    command = ["env", f"--chdir={house}", *gunicorn]
    with process("web", [*command, "--worker-class", "gthread", "--threads", "4"], environment, tmp_path):
        wait_for(f"{address}/healthz/live")
        yield address


def load_once(browser: Browser, web: str, cookie: str) -> tuple[float, list[tuple[str, int]]]:
    """Seconds until the form is usable in a browser that was never here; addresses and bytes of what came."""
    context = browser.new_context(viewport=SCREEN)
    context.add_cookies([{"name": "session", "value": cookie, "url": web}])
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    came, urls = [], {}
    line.on(
        "Network.responseReceived", lambda told: urls.update({told["requestId"]: told["response"]["url"]})
    )
    line.on(
        "Network.loadingFinished",
        lambda told: came.append((urls[told["requestId"]], told["encodedDataLength"])),
    )
    page.goto(f"{web}/walks/new/", wait_until="networkidle")
    seconds = page.evaluate(USABLE) / 1000
    context.close()
    return seconds, came


def test_the_form_is_usable_in_two_seconds_on_a_slow_line(browser, collected_web, programme):
    cookie = sign_in_patient(Client(), programme.patient).cookies["session"].value
    loads = [load_once(browser, collected_web, cookie) for _each in range(LOADS)]
    seconds = sorted(taken for taken, _came in loads)[LOADS // 2]
    came = loads[0][1]
    record(Figure("walk form usable at 400 ms and 400 kbit/s (median of 5)", round(seconds, 2), "<= 2.0 s"))
    record(
        Figure(
            "walk form on the line, headers and all, KB",
            round(sum(size for _url, size in came) / 1024, 1),
            "<= 24 KB",
        )
    )
    record(Figure("walk form with its files, requests", len(came), "<= 6"))
    assert len(came) <= 6


def test_with_the_weekly_list_due_the_form_stays_short(browser, web, programme):
    page = phone_of(browser, web, programme, has_touch=True, java_script_enabled=False)
    page.goto(f"{web}/today/")
    page.get_by_role("link", name="Log a walk", exact=True).tap()
    taps = [
        page.locator("[name=minutes][value='15']"),
        page.locator("[name=pain_before][value='3']"),
        page.locator("[name=pain_after][value='2']"),
        page.locator("[name=settled][value=yes]"),
        page.get_by_role("button", name="Save walk"),
        page.get_by_label("None of these"),
        page.locator("main form button"),
    ]
    for each in taps:
        each.tap()
    page.wait_for_url("**/saved/")
    record(Figure("taps from Today to Saved, weekly list due", 1 + len(taps), "<= 12"))
    walk = Walk.objects.latest("received_at")
    assert (walk.minutes, walk.new_symptoms) == (15, [])


def test_how_long_the_form_is_with_the_list_due(browser, web, programme):
    page = phone_of(browser, web, programme)
    page.goto(f"{web}/walks/new/")
    screens = height(page) / SCREEN["height"]
    record(Figure("walk form at 360 x 740, weekly list due: screens", round(screens, 2), "<= 2.5"))
    assert screens <= 2.5
