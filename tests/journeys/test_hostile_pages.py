"""Hostile words and hostile sites meet the console in a real browser, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.console import ConsoleSite
from tests.kit.site import MISSED, rulebook_of, written_rule
from tests.kit.times import NOON, hours

BAD = "<img src=x onerror=document.title='bad'><script>document.title='bad'</script>"


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    site = ConsoleSite(sqlite_database)
    site.site.rules = rulebook_of(written_rule("two-missed", MISSED, title=BAD))
    site.agreed()
    site.wrote(BAD)
    site.site.caseload.event(1, "goal", NOON - hours(1), goal=BAD, status="set")
    return site


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


@pytest.fixture
def page(browser: Browser, site: ConsoleSite, web: WebServer) -> Iterator[Page]:
    context = browser.new_context(base_url=web.address)
    page = context.new_page()
    page.goto(f"/sign-in/{site.link('super')}")
    page.get_by_role("button", name="Sign in as super").click()
    yield page
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/clients/C-1",
        "/conversation/C-1",
        "/rules",
        "/rules/two-missed",
        "/why?client=C-1&rule=two-missed",
    ],
)
def test_words_of_a_rule_or_an_event_stay_words(page: Page, path: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(path)

    assert page.locator("main img, main script").count() == 0
    assert BAD in (page.locator("main").text_content() or "")
    assert page.title().rpartition(" – ")[2] == "Handrail"
    assert said == []


def test_even_markup_that_slipped_through_would_not_run(page: Page) -> None:
    page.evaluate(
        """() => {
          const part = document.createElement("div");
          try { part.innerHTML = "<b>x</b>"; document.title = "bad"; } catch {}
          const script = document.createElement("script");
          try { script.text = "document.title = 'bad'"; document.body.append(script); } catch {}
        }"""
    )

    assert not page.title().startswith("bad")


def test_no_other_site_frames_a_page(page: Page, web: WebServer) -> None:
    """Clickjacking: a page under another page's buttons."""
    page.goto("about:blank")

    with page.expect_event("requestfailed"):
        page.set_content(f'<iframe src="{web.address}/signed-out"></iframe>')
    page.wait_for_load_state("load")

    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]


def test_a_form_of_another_site_does_nothing(page: Page, site: ConsoleSite, web: WebServer) -> None:
    """Cross-site request forgery by a form that a person sends themselves."""
    page.route("https://evil.example/", lambda route: route.fulfill(body="evil"))
    page.goto("https://evil.example/")
    action = f"{web.address}/alerts/{site.alert_of(2)}/take"

    page.set_content(f'<form method="post" action="{action}"><button>Win</button></form>')
    with page.expect_response("**/take") as answer:
        page.get_by_role("button", name="Win").click()

    assert answer.value.status == 403
    assert {one.state for one in site.site.alerts} == {"open"}


def test_scripts_cannot_read_the_cookie(page: Page) -> None:
    assert page.evaluate("document.cookie") == ""
    expect(page.get_by_role("heading", level=1)).to_have_text("Caseload")
