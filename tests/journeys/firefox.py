"""Debian's Firefox without a window, by Marionette: the few words that a journey needs."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from marionette_driver.by import By
from marionette_driver.marionette import Marionette
from marionette_driver.wait import Wait

from tests.journeys.conftest import free_port

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
NARROWEST = 360


class Fox:
    """One window of Firefox; what a person sees is found by its words."""

    def __init__(self, marionette: Marionette) -> None:
        self.driver = marionette

    @property
    def path(self) -> str:
        return "/" + self.driver.get_url().split("/", 3)[3]

    @property
    def text(self) -> str:
        """What stands on the page, in one line. Asked in one go: a page that goes takes them along."""
        body = self.run("return document.body ? document.body.innerText : ''")
        return " ".join((body or "").split())  # None: the page went while it was asked

    def go(self, url: str) -> None:
        self.driver.navigate(url)

    def fill(self, css: str, text: str) -> None:
        box = self.driver.find_element(By.CSS_SELECTOR, css)
        box.clear()
        box.send_keys(text)

    def press(self, words: str) -> None:
        """A button or link by its words, and then the page that it opens."""
        here = self.driver.find_element(By.TAG_NAME, "html").id
        found = f"//main//*[self::a or self::button][normalize-space()='{words}']"
        self._click(self.driver.find_element(By.XPATH, found))
        self._left(here)

    def choose(self, name: str, value: str) -> None:
        """The tile over a radio."""
        self._click(self.driver.find_element(By.CSS_SELECTOR, f"[name={name}][value='{value}']"))

    def back(self) -> None:
        self.driver.go_back()

    def see(self, words: str) -> None:
        Wait(self.driver, timeout=20).until(lambda _: words in self.text, message=f"never shown: {words}")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def _click(self, element: Any) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", [element])
        element.click()

    def _left(self, html: str) -> None:
        def gone(driver: Marionette) -> bool:
            return bool(driver.find_element(By.TAG_NAME, "html").id != html)

        Wait(self.driver, timeout=20).until(gone, message="the page did not change")


@contextmanager
def firefox(profile: Path) -> Iterator[Fox]:
    if FIREFOX is None:
        warnings.warn("No Firefox found: its journey did NOT run.", stacklevel=1)
        pytest.skip("no Firefox on this machine")
    port = free_port()
    prefs = {
        "marionette.port": port,
        "intl.accept_languages": "en-GB",
        "browser.sessionhistory.max_total_viewers": 8,
    }
    driver = Marionette(
        bin=FIREFOX,
        headless=True,
        port=port,
        prefs=prefs,
        gecko_log=str(profile / "gecko.log"),
        startup_timeout=120,
    )
    driver.start_session()
    try:
        driver.set_window_rect(width=NARROWEST, height=800)
        yield Fox(driver)
    finally:
        driver.quit()
