"""A clinician changes a rule in a real browser, and a second person releases it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.flows.console import rule_cases
from engine.store.database.connection import Database
from engine.web.server import WebServer
from tests.kit.accessibility import violations
from tests.kit.rule_site import RULES, ChildAtOnce, RuleSite
from tests.kit.visitor import SIGHTS, Scheme, Visitor, visits


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> RuleSite:
    return RuleSite(sqlite_database, folder=tmp_path)


@pytest.fixture
def web(site: RuleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


@pytest.fixture
def visit(browser: Browser, site: RuleSite, web: WebServer) -> Iterator[type[Visitor]]:
    yield from visits(browser, site, web)


def edit(person: Visitor) -> Page:
    """Open the draft of the one rule file."""
    page = person.page
    page.get_by_role("link", name="Rules", exact=True).click()
    page.get_by_role("link", name="The files of the rules").click()
    page.get_by_role("link", name="missed.yaml").click()
    page.get_by_role("button", name=re.compile("Edit|Go on")).click()
    return page


def text_of(page: Page) -> str:
    return page.get_by_label("missed.yaml", exact=True).input_value()


def test_a_slip_shows_its_place_as_one_types_and_a_press_leads_there(visit: type[Visitor]) -> None:
    person = visit("clinician")
    page = edit(person)
    area = page.get_by_label("missed.yaml", exact=True)

    area.fill(text_of(page).replace("severity:", "severty:"))

    place = page.get_by_role("button", name="missed.yaml, line 7, column 5")
    expect(page.get_by_text("did you mean 'severity'?")).to_be_visible(timeout=2000)
    place.click()
    expect(area).to_be_focused()
    at = area.evaluate("one => one.value.slice(one.selectionStart).slice(0, 8)")
    assert at == "severty:"
    expect(page.locator("#saved")).to_have_text("saved just now")
    assert person.said == []


def test_the_words_that_may_stand_here_are_offered_as_one_types(visit: type[Visitor]) -> None:
    person = visit("clinician")
    page = edit(person)
    area = page.get_by_label("missed.yaml", exact=True)
    expect(page.locator(".numbers[data-lines]").first).to_be_attached()  # the script is here
    area.focus()
    page.keyboard.press("Control+End")

    page.keyboard.type("    adv")
    offer = page.get_by_role("option", name=re.compile("^advice"))
    expect(offer).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("Call today.")

    assert text_of(page).endswith("    advice: Call today.")
    expect(page.get_by_text("Advice to whoever takes it: Call today.").first).to_be_attached()
    assert person.said == []


def test_leaving_with_words_that_are_not_saved_asks(visit: type[Visitor]) -> None:
    page = edit(visit("clinician"))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route("**/rule-drafts/*", lambda route: route.abort())

    page.get_by_label("missed.yaml", exact=True).press("End")
    page.keyboard.type("# a thought")
    page.unroute("**/rule-drafts/*")
    page.goto("about:blank")

    assert asked == ["beforeunload"]


@pytest.mark.parametrize("scripts", [True, False])
def test_one_person_proposes_and_another_releases_and_goes_back(
    visit: type[Visitor], site: RuleSite, scripts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not scripts:  # one way through real processes is enough
        monkeypatch.setattr(rule_cases, "ChildProcess", ChildAtOnce)
    clinician, supervisor = visit("clinician", scripts=scripts), visit("super", scripts=scripts)
    page = edit(clinician)
    page.get_by_label("missed.yaml", exact=True).fill(RULES.replace("medium", "high"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("1 case: all as expected")).to_be_visible()
    expect(page.get_by_text("Its severity is high.").first).to_be_visible()
    page.get_by_label("Why, for the person").fill("Calls came too late.")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("status")).to_contain_text("It is proposed.")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    other = supervisor.page
    other.goto(page.url)
    expect(other.get_by_text("Calls came too late.")).to_be_visible()
    expect(other.get_by_text("+ severity: high")).to_be_visible()
    other.get_by_role("button", name="Approve and release").click()

    expect(other.get_by_role("status")).to_contain_text("Released")
    assert site.file.read_text() == RULES.replace("medium", "high")
    site.now += 1
    site.take_up()
    other.reload()
    expect(other.get_by_text("It serves.")).to_be_visible()
    expect(other.get_by_text("has changed in the folder")).to_have_count(0)
    other.get_by_role("link", name="missed.yaml").click()
    other.get_by_role("link", name="History").click()
    expect(other.get_by_text("proposed by clinician, approved by super")).to_be_visible()
    other.get_by_role("button", name="Go back to this version").click()
    expect(other.get_by_role("status")).to_contain_text("It is proposed.")


def test_a_draft_is_tried_on_the_own_caseload(visit: type[Visitor]) -> None:
    person = visit("clinician")
    page = edit(person)
    page.get_by_label("missed.yaml", exact=True).fill(RULES.replace("at_least: 2", "at_least: 3"))
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Preview", exact=True).click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status")).to_contain_text("It runs.")

    # The page loads itself again until the study is done.
    page.get_by_role("link", name=re.compile("^result")).click(timeout=20_000)

    expect(page.get_by_role("heading", level=1)).to_have_text("Handrail preview")
    expect(page.get_by_text("C-1, C-2").first).to_be_visible()
    background = "getComputedStyle(document.body).fontFamily"
    assert "sans-serif" in page.evaluate(background)  # its own style sheet counts
    assert person.said == []
    page.get_by_role("link", name="The draft").click()
    expect(page.get_by_role("button", name="Check")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_the_pages_of_rules_break_no_rule_of_accessibility(
    visit: type[Visitor], width: int, scheme: Scheme
) -> None:
    page = visit("clinician", width, scheme).page
    found: list[str] = []

    def look() -> None:
        found.extend(violations(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("link", name="Rules", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    look()
    page.get_by_role("link", name="Two check-ins missed").click()
    expect(page.get_by_text("How its alerts ended")).to_be_visible()
    page.get_by_text("As it is written").click()
    look()
    page.get_by_role("link", name="Try it on the caseload").click()
    expect(page.get_by_role("button", name="Preview")).to_be_visible()
    look()

    assert found == []


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_the_pages_of_drafts_break_no_rule_of_accessibility(
    visit: type[Visitor],
    site: RuleSite,
    width: int,
    scheme: Scheme,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_cases, "ChildProcess", ChildAtOnce)
    person = visit("clinician", width, scheme)
    page = person.page
    found: list[str] = []

    def look() -> None:
        found.extend(violations(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"{page.url.rstrip('/rules')}/rule-files")
    look()
    page.get_by_role("link", name="missed.yaml", exact=True).click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    look()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("button", name="Check")).to_be_visible()
    look()
    area = page.get_by_label("missed.yaml", exact=True)
    area.fill(text_of(page).replace("at_least: 2", "at_least: 3").replace("medium", "grave"))
    expect(page.get_by_text("1 mistake")).to_be_visible()
    look()
    area.fill(text_of(page).replace("grave", "high"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("1 case: 1 not as expected")).to_be_visible()
    look()
    page.get_by_label("Why, for the person").fill("Calls came too late, and nobody was there.")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("status")).to_contain_text("It is proposed.")
    look()
    other = visit("super", width, scheme).page
    other.goto(page.url)
    page = other
    expect(page.get_by_text("1 case: 1 not as expected")).to_be_visible()
    look()
    page.get_by_role("button", name="Approve, although").click()
    expect(page.get_by_role("status")).to_contain_text("Released")
    site.now += 1
    site.take_up()
    page.get_by_role("link", name="history").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History")
    page.get_by_text("What it changed").click()
    look()

    assert found == []
