"""A patient's phone in a test: a browser with its service worker, and a cable that can be cut."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page

from patients.models import Patient
from tests.journeys.conftest import BIN, free_port, process, wait_for
from tests.signing_in import sign_in_patient

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
SCREEN = {"width": 360, "height": 740}
READY = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"
NOTED = """outbox.page.person ? outbox.recall("me").then((me) => !!me) : new Promise((later) => {
  location.reload();
  setTimeout(() => later(false), 5000);  // sooner a slow answer would be broken off by the next reload
})"""
WALKS = """new Promise((resolve) => {
  const asked = indexedDB.open("waymark", 1);
  asked.onsuccess = () => {
    const found = asked.result.transaction("walks").objectStore("walks").getAll();
    found.onsuccess = () => { asked.result.close(); resolve(found.result); };
  };
})"""


def sign_in_on(context: BrowserContext, web: str, patient: Patient) -> None:
    """A fresh session of this patient, as after the code; whatever session was there is gone."""
    cookie = sign_in_patient(Client(), patient).cookies["session"].value
    context.clear_cookies()
    context.add_cookies([{"name": "session", "value": cookie, "url": web}])


def a_phone(browser: Browser, web: str, patient: Patient, **options: Any) -> Page:
    """Signed in on Today, with the service worker in control."""
    context = browser.new_context(viewport=SCREEN, locale="en-GB", **options)
    sign_in_on(context, web, patient)
    page = context.new_page()
    page.goto(f"{web}/today/")
    prepared(page)
    return page


def prepared(page: Page) -> None:
    """Waits until the worker serves this phone and the plan is noted on it.

    A busy server may have answered too late: then the page without signal stands here, and is reloaded.
    """
    until(page, READY)
    until(page, NOTED)


def until(page: Page, expression: str, seconds: float = 20) -> None:
    """Waits for the promise of a true answer; pages may come and go meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(Error):  # a navigation took the page away while it was asked
            if page.evaluate(expression):
                return
        assert time.monotonic() < deadline, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(50)


def kept(page: Page) -> list[dict[str, Any]]:
    """The walks that the phone keeps."""
    walks: list[dict[str, Any]] = page.evaluate(WALKS)
    return walks


def wait_until_kept(page: Page, count: int) -> None:
    until(page, f"outbox.all().then((walks) => walks.length === {count})")


def fill(page: Page, *, minutes: int = 15, before: int = 3, after: int = 2) -> None:
    """The first questions of the form, whichever page it stands on.

    The radios lie under their tiles, and what waits may push the form down meanwhile: a click of the mouse
    can miss.
    """
    for name, value in (("minutes", minutes), ("pain_before", before), ("pain_after", after)):
        page.locator(f"input[name={name}][value='{value}']").dispatch_event("click")
    page.locator("#something-new").evaluate("each => { each.open = true }")
    page.get_by_label("None of these").check()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save walk").click()


class Cable:
    """A TCP proxy between phone and server. Cut, it refuses; it can also be torn when an answer comes."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = 0
        self.is_cut = False
        self.tears = ""  # "" or "request": torn before the server has it; "answer": torn on the way back
        self._ways: set[Writer] = set()
        self._loop = asyncio.new_event_loop()
        self._closed = asyncio.Event()

    def cut(self) -> None:
        self.is_cut = True
        self._loop.call_soon_threadsafe(self._tear)

    def mend(self) -> None:
        self.is_cut, self.tears = False, ""

    def _tear(self) -> None:
        for way in list(self._ways):
            way.transport.abort()

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.server_port)
        ends = {writer, back}
        self._ways |= ends
        await asyncio.gather(
            self._pass(reader, back, writer, "request"), self._pass(there, writer, writer, "answer")
        )
        self._ways -= ends
        for way in ends:
            way.close()

    async def _pass(self, reader: Reader, writer: Writer, phone: Writer, what: str) -> None:
        posted = False
        with suppress(OSError):
            while data := await reader.read(65536):
                posted = posted or data.startswith(b"POST /")
                if self.tears == what and (posted or what == "answer"):
                    phone.transport.abort()
                    break
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    async def _run(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await self._closed.wait()
            self._tear()
        own = asyncio.all_tasks() - {asyncio.current_task()}
        if own:
            await asyncio.wait(own, timeout=5)

    def close(self) -> None:
        """For good; called in the cable's own thread."""
        self._closed.set()


@contextmanager
def a_cable(web: str) -> Iterator[Cable]:
    """A cable to the running server, in a thread of its own."""
    cable, ready = Cable(int(web.rsplit(":", 1)[1])), threading.Event()
    loop = cable._loop

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(cable._run(ready))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield cable
    finally:
        loop.call_soon_threadsafe(cable.close)
        thread.join(5)


@contextmanager
def a_server(environment: dict[str, str], logs: Path, **settings: str) -> Iterator[int]:
    """A second web server beside `web`, with other settings; its port."""
    port = free_port()
    command = [
        str(BIN / "gunicorn"),
        "clinic.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
    ]
    with process(f"web-{port}", [*command, "--threads", "4"], {**environment, **settings}, logs):
        wait_for(f"http://127.0.0.1:{port}/healthz/live")
        yield port
