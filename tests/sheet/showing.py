"""The rendered pages in Chromium: each at its own address, with the headers and files of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any

from playwright.sync_api import Browser, Route
from playwright.sync_api import Page as Tab

from tests.sheet import ROOT, Page

SITE = "http://waymark.test"


@dataclass(frozen=True)
class Mode:
    """How a page is looked at: the options of a browser context, and the medium."""

    name: str
    width: int
    height: int = 740
    media: str = "screen"
    options: dict[str, Any] = field(default_factory=dict)


PHONE = Mode("360 px", 360)
PHONE_DARK = Mode("360 px, dark", 360, options={"color_scheme": "dark"})
DESKTOP = Mode("1280 px", 1280, 900)
DESKTOP_DARK = Mode("1280 px, dark", 1280, 900, options={"color_scheme": "dark"})
FORCED = Mode("360 px, forced colours", 360, options={"forced_colors": "active"})
FORCED_DARK = Mode(
    "360 px, forced colours, dark", 360, options={"forced_colors": "active", "color_scheme": "dark"}
)
PRINT = Mode("print", 718, 1000, media="print")  # A4 without its margins of 10 mm, at 96 px an inch
NARROW = Mode("320 px", 320, 640)
ZOOMED = Mode("1280 px at 400 %", 320, 225, options={"device_scale_factor": 4})
MODES = (PHONE, PHONE_DARK, DESKTOP, DESKTOP_DARK, FORCED, FORCED_DARK, PRINT, NARROW, ZOOMED)


@contextmanager
def tab_in(browser: Browser, mode: Mode, pages: list[Page], *, script: str = "") -> Iterator[Tab]:
    """A tab to which `show` brings one page after the other; `script` runs before each page's own."""
    size = {"width": mode.width, "height": mode.height}
    context = browser.new_context(viewport=size, locale="en-GB", **mode.options)  # type: ignore[arg-type]
    context.route("**/*", lambda route: _answer(route, pages))
    if script:
        context.add_init_script(script)
    tab = context.new_page()
    tab.emulate_media(media=mode.media)  # type: ignore[arg-type]
    try:
        yield tab
    finally:
        context.close()


def show(tab: Tab, pages: list[Page], page: Page) -> None:
    tab.goto(f"{SITE}{page.path}?state={pages.index(page)}")


def _answer(route: Route, pages: list[Page]) -> None:
    """A page by its number behind the address: several states share one path."""
    path, _mark, number = route.request.url.removeprefix(SITE).partition("?state=")
    if number:
        page = pages[int(number)]
        route.fulfill(status=page.status, headers=page.headers, body=page.body)
    elif path.startswith("/static/"):
        file = ROOT / "static" / path.removeprefix("/static/")
        route.fulfill(body=file.read_bytes(), content_type=guess_type(file.name)[0] or "text/plain")
    else:
        route.fulfill(status=404, body="")
