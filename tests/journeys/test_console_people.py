"""People at the console, in a real browser: texts and notes, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from engine.flows.console import buttons
from engine.model.alert import Act
from engine.model.intake import Reject
from engine.model.message import MessageKind
from engine.model.outages import Feed
from engine.model.schedule import Expectation, Occurrence, Outcome, OutcomeReason
from engine.store.database.connection import Database
from engine.store.intake import rejects, source_health
from engine.store.messages import client_texts_out, seen_texts
from engine.store.messages.client_texts_out import NewClientText
from engine.store.people import notes
from engine.store.schedules import expectations
from engine.web.server import WebServer
from tests.kit.accessibility import violations
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite
from tests.kit.times import MINUTE, NOON, hours
from tests.kit.visitor import PHONE, SIGHTS, Scheme, Visitor, visits

PAGES = (
    "/plan/C-1",
    "/letters/C-1",
    "/conversation/C-1",
    "/clients/C-1",
    "/entries/C-1",
    "/disclosures/C-1",
    "/today",
    "/reports",
    "/reports/services?month=2026-06",
    "/site",
    "/roster/staff",
    "/roster/clients?client=C-1",
    "/roster/consents?client=C-1",
    "/absences",
    "/deliveries",
    "/audit?check=yes",
    "/health",
    "/rejects",
)


ON_PAPER = ("/?", "/clients/C-1?days=60")


def furnished(database: Database) -> ConsoleSite:
    """C-1 has written twice and was answered once."""
    site = ConsoleSite(database)
    site.agreed()
    site.consents()
    site.wrote("can someone call me tonight")
    site.now += 4 * MINUTE
    with site.database.write() as conn:
        answer = NewClientText(
            1, MessageKind.ANSWER, 1, "Yes, I call you at six.", site.now + hours(20), writer=1
        )
        client_texts_out.enqueue(conn, answer, site.now)
        seen_texts.mark(conn, 1, 99, 1, site.now)
        notes.add(conn, 1, None, 1, "Moved in with a sister.\nPrefers calls after six.", site.now)
    site.deliver(Carrier())
    site.now += 30 * MINUTE
    site.wrote("thanks. not doing great tbh")
    site.now += MINUTE
    with site.database.write() as conn:
        out = Feed(NOON, NOON, NOON, frozenset({"check_in"}), NOON - hours(5), "cannot be read")
        source_health.write(conn, "ehr", out)
        rejects.add(
            conn, "ehr", "check.csv", [Reject(3, "Craving: 'x7' is not a number", "C-1,x7")],
            site.now,
        )  # fmt: skip
        due = Occurrence(date(2026, 6, 1), NOON - hours(30), NOON - hours(16), NOON - hours(14))
        missed = Expectation(1, "daily-check-in", due, Outcome.MISSED, OutcomeReason.NOT_DONE)
        expectations.add(conn, [missed])
    buttons.act(site.desk, site.who("two"), site.alert_of(2), Act.TAKE)
    site.site.caseload.staff(9, "mentor", phone=None)
    return site


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return furnished(sqlite_database)


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


@pytest.fixture
def visit(browser: Browser, site: ConsoleSite, web: WebServer) -> Iterator[type[Visitor]]:
    yield from visits(browser, site, web)


def test_a_case_manager_reads_and_answers_a_text_on_a_phone(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="C-1").click()
    page.get_by_role("link", name="Texts").click()
    expect(page.get_by_text("no person has seen it yet")).to_be_visible()

    page.get_by_label("Your words").fill("Your test is at nine.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("says 'test'")
    expect(page.get_by_label("Your words")).to_have_value("Your test is at nine.")
    page.get_by_label("Your words").fill("I call you at nine.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("It is in the outbox.")
    expect(page.get_by_text("I call you at nine.")).to_be_visible()
    expect(page.get_by_text("no person has seen it yet")).to_have_count(0)


def test_a_note_about_an_alert_stands_on_the_page(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="C-1").click()

    page.get_by_text("Write a note").first.click()
    page.get_by_label("Note about alert").first.fill("Called twice, no answer.")
    page.get_by_role("button", name="Keep the note").first.click()

    expect(page.get_by_role("status")).to_contain_text("The note is kept.")
    expect(page.get_by_text("Called twice, no answer.")).to_be_visible()


def test_a_check_in_is_entered_by_keyboard_and_corrected(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="C-1").click()
    page.get_by_role("link", name="Enter events").click()

    page.get_by_label("craving").fill("11")
    page.keyboard.press("Enter")
    expect(page.get_by_label("craving")).to_have_value("11")
    expect(page.get_by_text("11 is more than 10")).to_be_visible()
    page.get_by_label("craving").fill("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It is entered.")
    page.get_by_role("link", name="Correct: check in").click()
    page.get_by_role("button", name="Withdraw").click()

    expect(page.get_by_role("status")).to_contain_text("It is withdrawn.")
    expect(page.get_by_text("Nothing so far.")).to_be_visible()


def test_a_supervisor_takes_over_and_keeps_the_roster(visit: type[Visitor]) -> None:
    page = visit("super").page
    page.get_by_role("link", name="Today").click()
    page.get_by_role("link", name="C-2").click()
    page.get_by_role("button", name="Take over from S-2").click()
    expect(page.get_by_role("status")).to_contain_text("It is yours now")

    page.get_by_role("link", name="Site", exact=True).click()
    page.get_by_role("link", name="Roster").click()
    page.get_by_role("link", name="Staff, mentors and supporters").click()
    page.get_by_label("Code of the person").fill("CM-77")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("is empty")).to_be_visible()
    page.locator("select[name=role]").select_option("case_manager")
    page.get_by_role("button", name="Keep").click()

    expect(page.get_by_role("status")).to_contain_text("It is kept.")
    page.get_by_role("link", name="Change CM-77").click()
    expect(page.get_by_label("Code of the person")).to_have_value("CM-77")


def test_a_missed_check_in_asks_for_a_reason_before_it_is_excused(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="C-1").click()
    page.get_by_role("link", name="Plan").click()

    expect(page.get_by_text("missed", exact=False).first).to_be_visible()
    page.get_by_text("Excuse", exact=True).first.click()
    expect(page.get_by_label("Reason")).to_be_visible()


def test_a_case_manager_previews_and_releases_a_letter_on_a_phone(visit: type[Visitor]) -> None:
    page = visit("one", PHONE).page
    page.get_by_role("link", name="C-1").click()
    page.get_by_role("link", name="Letters").click()
    page.get_by_label("Name of the client").fill("Ana Diaz")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("42 CFR part 2 prohibits")).to_be_visible()
    assert violations(page) == []

    with page.expect_download() as download:
        page.get_by_role("button", name="Release and download").click()

    assert download.value.suggested_filename == "letter-1.pdf"
    page.get_by_role("link", name="Letters").click()
    expect(page.get_by_text("1: return-to-work")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    page.get_by_role("button", name="Revoke consent 1").click()
    expect(page.get_by_role("status")).to_contain_text("The consent is revoked.")
    expect(page.get_by_text("No consent stands")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_pages_of_people_break_no_rule_of_accessibility(
    visit: type[Visitor], web: WebServer, width: int, scheme: Scheme
) -> None:
    """The phone's pages are in Spanish; two of the desk's are looked at on paper, too."""
    person = visit("super", width, scheme)
    if width == PHONE:
        person.page.goto(f"{web.address}/?language=es")
    wrong = []
    for path in [*PAGES, *(ON_PAPER if width != PHONE else ())]:
        person.page.goto(web.address + path)
        person.page.emulate_media(media="print" if path in ON_PAPER else "screen")
        wrong += [(path, report) for report in violations(person.page)]
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        wrong += [(path, f"{wide} pixels wide")] if wide > width else []

    assert wrong == []
    assert person.said == []
