"""The console at twice the size, and as a screen reader hears it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.store.database.connection import Database
from tests.kit.console import ConsoleSite
from tests.kit.visitor import DESK, PHONE, Visitor

CASELOAD = """
- main:
  - heading "Caseload" [level=1]
  - textbox "Search"
  - combobox "At least"
  - button "Apply"
  - table "Caseload":
    - rowgroup:
      - row:
        - columnheader "Risk"
        - columnheader "Client"
        - columnheader "Why"
        - columnheader "Open for"
        - columnheader "Taken by"
        - columnheader "Craving, 14 days"
        - columnheader "Last event"
        - columnheader "Case manager"
    - rowgroup:
      - row:
        - cell "medium"
        - rowheader "C-1":
          - link "C-1"
        - cell "Two check-ins missed"
        - cell "under 1 min"
        - cell "nobody yet"
        - cell
        - cell "5 h ago"
        - cell "S-1"
"""
CLIENT = """
- main:
  - heading "C-1 medium" [level=1]
  - navigation "Pages of C-1"
  - region "Two check-ins missed":
    - heading "Two check-ins missed" [level=2]
    - list:
      - listitem: /2 or more missed check-ins in the last 7 days/
    - 'button "Take it: alert 1"'
    - 'button "Pass on: alert 1"'
    - 'button "Snooze 2 hours: alert 1"'
    - 'button "False alarm: alert 1"'
  - region "60 days":
    - heading "60 days" [level=2]
    - img "The last 60 days of C-1; the table below says the same":
      - 'img "Mon 1 Jun 06:00: check in, status missed"'
"""
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def page(browser: Browser, sqlite_database: Database) -> Iterator[Page]:
    site = ConsoleSite(sqlite_database)
    with site.served() as web:
        person = Visitor(browser, site, web, "super")
        yield person.page
        person.context.close()


def test_a_screen_reader_hears_the_caseload_as_a_table_with_heads(page: Page) -> None:
    expect(page.locator("body")).to_match_aria_snapshot(CASELOAD)


def test_a_screen_reader_hears_which_alert_each_button_is_for(page: Page) -> None:
    page.get_by_role("link", name="C-1", exact=True).click()

    expect(page.locator("body")).to_match_aria_snapshot(CLIENT)


@pytest.mark.parametrize("width", [DESK, 2 * PHONE])
def test_at_twice_the_size_nothing_lies_beyond_the_edge(page: Page, width: int) -> None:
    # A browser's zoom of 200 % halves the pixels across.
    page.set_viewport_size({"width": width // 2, "height": 450})
    assert not page.evaluate(OVERFLOWS)
    page.get_by_role("link", name="C-1", exact=True).click()
    assert not page.evaluate(OVERFLOWS)

    page.get_by_role("button", name="Take it").click()

    expect(page.get_by_role("status")).to_contain_text("It is yours.")


def test_letters_of_twice_the_size_keep_the_buttons_in_the_window(page: Page) -> None:
    page.get_by_role("link", name="C-1", exact=True).click()
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert not page.evaluate(OVERFLOWS)
    for name in ("Take it", "Pass on", "False alarm"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= DESK
