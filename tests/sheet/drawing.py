"""The contact sheet: every page of patients, in every state and mode, as pictures in one HTML page.

Run by `make sheet`, which names the folder; the suite does not collect this file.
"""

import html
import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.sheet import Page
from tests.sheet.showing import DESKTOP, DESKTOP_DARK, FORCED, PHONE, PHONE_DARK, PRINT, Mode, show, tab_in

DRAWN = (PHONE, PHONE_DARK, FORCED, PRINT, DESKTOP, DESKTOP_DARK)
STYLE = """
body { font: 16px/1.3 system-ui, sans-serif; margin: 24px; background: #d8dce0; color: #111; }
section { display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-start; }
figure { margin: 0; inline-size: var(--wide); } img { inline-size: 100%; border: 1px solid #777; }
figcaption { min-block-size: 2.6em; font-weight: 600; }
"""
MANY = 12  # pictures in one PNG: more would be too long for Chromium


@pytest.fixture
def folder() -> Path:
    path = Path(os.environ["WAYMARK_SHEET"])
    path.mkdir(parents=True, exist_ok=True)
    return path


def test_the_sheet_is_drawn(pages: list[Page], browser: Browser, folder: Path) -> None:
    only = os.environ.get("WAYMARK_SHEET_ONLY", "").lower()
    wanted = [page for page in pages if only in page.name.lower()]
    for mode in DRAWN:
        _photograph(browser, mode, pages, wanted, folder)
    (folder / "sheet.html").write_text("\n".join([_top(), *(_section(mode, wanted) for mode in DRAWN)]))
    for mode in DRAWN:
        for first in range(0, len(wanted), MANY):
            _in_one_picture(browser, mode, wanted[first : first + MANY], folder, first // MANY + 1)


def _photograph(browser: Browser, mode: Mode, pages: list[Page], wanted: list[Page], folder: Path) -> None:
    with tab_in(browser, mode, pages) as tab:
        for page in wanted:
            show(tab, pages, page)
            tab.screenshot(path=folder / _file(mode, page), full_page=True, animations="disabled")


def _file(mode: Mode, page: Page) -> str:
    name = "".join(sign if sign.isalnum() else "-" for sign in f"{page.name} {mode.name}".lower())
    return "-".join(part for part in name.split("-") if part) + ".png"


def _top() -> str:
    return f'<!DOCTYPE html><meta charset="utf-8"><title>Every patient page</title><style>{STYLE}</style>'


def _section(mode: Mode, pages: list[Page]) -> str:
    """A phone at its own size, a desktop at half of it."""
    figures = "".join(
        f'<figure><figcaption>{html.escape(page.name)}</figcaption><img loading="lazy" '
        f'alt="" src="{_file(mode, page)}"></figure>'
        for page in pages
    )
    width = mode.width if mode.width < 400 else mode.width // 2
    return f'<h2>{mode.name}</h2><section style="--wide: {width}px">{figures}</section>'


def _in_one_picture(browser: Browser, mode: Mode, pages: list[Page], folder: Path, number: int) -> None:
    """Made by the browser itself: the same page, photographed."""
    page = folder / "part.html"
    page.write_text((_top() + _section(mode, pages)).replace('loading="lazy" ', ""))
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    tab = context.new_page()
    tab.goto(page.as_uri())
    name = "".join(sign if sign.isalnum() else "-" for sign in mode.name).replace("--", "-")
    tab.screenshot(path=folder / f"sheet-{name}-{number}.png", full_page=True)
    context.close()
    page.unlink()
