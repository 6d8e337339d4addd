"""Debian's Chromium without a window, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
HEIGHT = 900  # of a window, in pixels


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends, in which no other event loop runs in this thread."""
    # Its sandbox refuses root, and a container's /dev/shm may be small.
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Tab:
    """One page of it; `said` is what it wrote to the console, `asked_for` what it fetched."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked_for: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", lambda request: self.asked_for.append(request.url))

    def open(self, file: Path, width: int, scheme: Literal["light", "dark"] = "light") -> None:
        """Load a file into a window of this width, in pixels."""
        self.page.emulate_media(media="screen", color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.goto(file.absolute().as_uri())

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.page.evaluate(expression)

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _error(self, error: Error) -> None:
        self.said.append(str(error))
