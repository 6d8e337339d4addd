"""What axe finds against a page's accessibility."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def violations(page: Page) -> list[str]:
    """Return axe's report of a page that is wholly there, empty if no rule is broken.

    A click returns before the next page has come, and axe fails on a page that goes away.
    """
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state()
    found = Axe().run(page)
    return [found.generate_report()] if found.violations_count else []
