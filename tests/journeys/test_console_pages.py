"""People at the console, in a real browser: at a desk, on a phone at night, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from engine.flows.operations import on_call
from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.accessibility import violations
from tests.kit.console import WEEKS, ConsoleSite
from tests.kit.site import MISSED, SILENT, rulebook_of, written_rule
from tests.kit.times import NOON, hours
from tests.kit.visitor import PHONE, SIGHTS, Scheme, Visitor, visits

LONG = "Signs of use within four weeks of leaving treatment, and nobody heard since"


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    site = ConsoleSite(sqlite_database)
    site.site.rules = rulebook_of(
        written_rule("two-missed", MISSED, title="Two check-ins missed"),
        written_rule("long", SILENT, title=LONG, status="shadow"),
    )
    with site.database.write() as conn:
        on_call.accept(conn, [WEEKS], site.now)
    people = site.site.caseload
    for day in range(1, 40):
        people.event(
            1, "check_in", NOON - hours(24 * day), status="completed", craving=day % 9, mood=5
        )
    people.event(1, "test", NOON - hours(50), result="positive", substances=("alcohol",))
    people.event(1, "attendance", NOON - hours(70), activity="group", status="no_show")
    return site


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


@pytest.fixture
def visit(browser: Browser, site: ConsoleSite, web: WebServer) -> Iterator[type[Visitor]]:
    yield from visits(browser, site, web)


def test_a_case_manager_takes_an_alert_on_a_phone_and_undoes_it(visit: type[Visitor]) -> None:
    person = visit("one", PHONE)
    page = person.page
    assert person.heading() == "Caseload"

    page.get_by_role("link", name="C-1").click()
    expect(page.get_by_text("nobody has it yet")).to_be_visible()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status")).to_contain_text("It is yours.")
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("status")).to_contain_text("It is undone.")
    expect(page.get_by_text("nobody has it yet")).to_be_visible()


def test_of_two_who_press_at_once_one_has_it_and_the_other_reads_who(visit: type[Visitor]) -> None:
    first, second = visit("one"), visit("super")
    for each in (first, second):
        each.page.get_by_role("link", name="C-1").click()

    first.page.get_by_role("button", name="Take it").click()
    second.page.get_by_role("button", name="Take it").click()

    expect(second.page.get_by_role("status")).to_contain_text("S-1 has it")


def test_the_list_keeps_its_search_after_a_reload(visit: type[Visitor]) -> None:
    page = visit("super").page

    page.get_by_label("Search").fill("C-2")
    page.get_by_role("button", name="Apply").click()
    page.reload()

    expect(page.get_by_label("Search")).to_have_value("C-2")
    expect(page.get_by_role("link", name="C-1", exact=True)).to_have_count(0)


def test_after_signing_out_the_way_back_shows_nothing(visit: type[Visitor]) -> None:
    page = visit("one").page
    page.get_by_role("link", name="C-1").click()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.go_back()
    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(page.get_by_text("Two check-ins missed")).to_have_count(0)


def test_every_mark_of_the_timeline_says_what_it_is(visit: type[Visitor]) -> None:
    page = visit("one").page
    page.get_by_role("link", name="C-1").click()

    titles = page.locator(".timeline .mark title").all_inner_texts()
    page.get_by_text("The same as a table").click()

    assert len(titles) == 43  # 39 check-ins, the two missed ones, a test and a session
    assert len(page.locator("details[open] tbody tr").all()) == len(titles)


def test_a_case_manager_learns_why_a_rule_did_not_hold_a_day_before(visit: type[Visitor]) -> None:
    page = visit("one").page
    page.get_by_role("link", name="C-1").click()

    page.get_by_label("Rule").select_option("two-missed")
    page.get_by_label("When").fill("2026-06-01T01:00")
    page.get_by_role("button", name="Why, or why not").click()

    expect(page.get_by_text("It did not hold")).to_be_visible()
    expect(page.get_by_role("cell", name="✗ no")).to_have_count(1)
    page.get_by_role("link", name="The rule in words").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two check-ins missed")


def test_a_supervisor_takes_the_shift_over_on_a_phone(visit: type[Visitor]) -> None:
    page = visit("super", PHONE).page
    page.get_by_role("link", name="On call").click()
    expect(page.get_by_text("S-1 until")).to_be_visible()

    page.get_by_role("button", name="Take over").click()

    expect(page.get_by_role("status")).to_contain_text("You are on call now.")
    expect(page.get_by_text("S-3 (you)").first).to_be_visible()


def test_the_keyboard_alone_reaches_the_client_and_the_button(visit: type[Visitor]) -> None:
    page = visit("one").page

    page.goto(page.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("link", name="C-1").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take it").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("It is yours.")


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_pages_break_no_rule_of_accessibility(
    visit: type[Visitor], width: int, scheme: Scheme
) -> None:
    person = visit("super", width, scheme)
    page = person.page
    found = violations(page)
    page.get_by_role("link", name="C-1", exact=True).click()
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Why, or why not").click()
    found += violations(page)
    for name in ("Rules", "On call"):
        page.get_by_role("link", name=name).click()
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_browser_has_nothing_to_complain_of_and_asks_nobody_else(
    visit: type[Visitor], web: WebServer
) -> None:
    person = visit("super")
    person.page.get_by_role("link", name="C-1", exact=True).click()

    assert person.said == []
    assert {url.startswith(web.address) for url in person.asked_for} == {True}


def test_pages_in_spanish_break_no_rule_of_accessibility(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", name="Personas a cargo")).to_be_visible()
    found = violations(page)
    page.get_by_role("link", name="C-1", exact=True).click()
    expect(page.get_by_role("button", name="Atenderla")).to_be_visible()
    found += violations(page)

    assert page.locator("html").get_attribute("lang") == "es"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert found == []
