"""A person at the console, with a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

from engine.web.server import WebServer
from tests.kit.console import ConsoleSite

DESK, PHONE = 1280, 390  # the width of a window, in pixels
Scheme = Literal["light", "dark"]
# Each width and each scheme once: the layout follows the width alone, and the colours the scheme.
SIGHTS: tuple[tuple[int, Scheme], ...] = ((DESK, "light"), (PHONE, "dark"))


class Visitor:
    """A person with a browser of their own; `said` is what its console wrote."""

    def __init__(
        self, browser: Browser, site: ConsoleSite, web: WebServer, name: str,
        width: int = DESK, scheme: Scheme = "light", scripts: bool = True,
    ) -> None:  # fmt: skip
        size = {"width": width, "height": 900}
        self.context: BrowserContext = browser.new_context(
            viewport=size,
            color_scheme=scheme,
            java_script_enabled=scripts,
        )  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked_for: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("request", lambda request: self.asked_for.append(request.url))
        self.page.goto(f"{web.address}/sign-in/{site.link(name)}")
        self.page.get_by_role("button", name=f"Sign in as {name}").click()

    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()


def visits(browser: Browser, site: ConsoleSite, web: WebServer) -> Iterator[type[Visitor]]:
    """Visitors of one site, as a fixture gives them; their browsers are closed at its end."""
    made: list[Visitor] = []

    class Here(Visitor):
        def __init__(
            self,
            name: str,
            width: int = DESK,
            scheme: Scheme = "light",
            *,
            scripts: bool = True,
        ) -> None:
            super().__init__(browser, site, web, name, width, scheme, scripts)
            made.append(self)

    yield Here
    for each in made:
        each.context.close()
