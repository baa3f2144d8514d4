"""A browser that can die: a process of ours with a profile on the disk, killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Error, Page

from tests.browsers import CHROMIUM, FLAGS


class MortalBrowser:
    """Chromium as a phone runs it: what it wrote down is there again after a kill, and nothing else is."""

    def __init__(self, chromium: BrowserType, profile: Path) -> None:
        self.chromium, self.profile = chromium, profile
        self.deaths = 0
        self.start()

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    def start(self) -> None:
        told = self.profile / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        options = ["--remote-debugging-port=0", f"--user-data-dir={self.profile}", "--lang=en-GB"]
        self.process = subprocess.Popen(
            [str(CHROMIUM), *FLAGS, *options, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        port = _first_line(told)
        self.browser = self.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context: BrowserContext = self.browser.contexts[0]

    def kill(self) -> None:
        """SIGKILL for it and its children: no page hears of it, nothing more is written."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.deaths += 1
        with suppress(Error):
            self.browser.close()  # our end of the line

    def stop(self) -> None:
        with suppress(Error):
            self.browser.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _first_line(path: Path, seconds: float = 30) -> str:
    until = time.monotonic() + seconds
    while not (path.exists() and path.read_text().count("\n")):
        assert time.monotonic() < until, f"Chromium did not start within {seconds} s"
        time.sleep(0.02)
    return path.read_text().split("\n")[0]


@contextmanager
def mortal(chromium: BrowserType, profile: Path) -> Iterator[MortalBrowser]:
    profile.mkdir()
    browser = MortalBrowser(chromium, profile)
    try:
        yield browser
    finally:
        browser.stop()
