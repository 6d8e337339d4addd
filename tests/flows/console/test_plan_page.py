"""A client's plan shows each due day with its outcome, and a reason excuses a day."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.access.abilities import Access
from engine.flows.console import plan_page
from engine.model.plan_page import ExpectationShown, PlanPage
from engine.model.schedule import Outcome, OutcomeReason
from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from tests.kit.console import ConsoleSite
from tests.kit.schedule_site import planned
from tests.kit.times import hours

EXCUSED = {"schedule": "daily-check-in", "day": "2026-06-02", "reason": "in hospital"}


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    """A daily check-in is due, and C-1 missed the one of 2 June."""
    site = ConsoleSite(database)
    site.site.rules = planned()
    with site.database.write() as conn:
        rule_sets.accept(conn, site.site.rules.hash, site.site.rules.files, site.now)
    site.site.evaluate(site.now)
    site.now += hours(11)
    site.site.evaluate(site.now)
    return site


def opened(site: ConsoleSite, name: str = "one") -> PlanPage:
    found = plan_page.open_page(site.desk, site.who(name), "C-1")
    assert isinstance(found, PlanPage)
    return found


def of_the_second(site: ConsoleSite) -> ExpectationShown:
    return next(one for one in opened(site).due if one.day.isoformat() == "2026-06-02")


def excused(site: ConsoleSite, typed: Mapping[str, str], name: str = "one") -> object:
    return plan_page.excuse(site.desk, site.who(name), "C-1", typed)


def test_what_was_missed_and_what_is_coming_stand_on_the_page(site: ConsoleSite) -> None:
    missed = of_the_second(site)

    assert (missed.title, missed.outcome) == ("Daily check-in", Outcome.MISSED)
    assert len(opened(site).coming) == 13
    assert site.audited("viewed") == ["client 1"] * 2


def test_each_due_day_stands_on_the_page_once(site: ConsoleSite) -> None:
    site.site.caseload.event(1, "check_in", site.now + hours(2), status="completed")
    site.now += hours(3)
    site.site.evaluate(site.now)
    page = opened(site)

    kept = next(one for one in page.due if one.outcome is Outcome.KEPT)
    assert kept.due > site.now
    shown = [one.due for one in (*page.due, *page.coming)]
    assert len(shown) == len(set(shown))


def test_an_excuse_with_a_reason_takes_the_missed_event_back(site: ConsoleSite) -> None:
    assert excused(site, EXCUSED) is True
    site.site.evaluate(site.now)

    shown = of_the_second(site)
    assert (shown.outcome, shown.reason) == (Outcome.EXCUSED, OutcomeReason.BY_STAFF)
    assert site.audited("schedule changed") == ["client 1"]


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ({"reason": " "}, "An excuse needs a reason."),
        ({"day": "soon"}, "'soon' is not a day."),
        ({"day": "2026-01-01"}, "2026-01-01 is over for C-1"),
        ({"reason": "x" * 201}, "A change needs a reason of at most 200 characters"),
    ],
)
def test_a_wrong_excuse_is_said_and_what_was_typed_stays(
    site: ConsoleSite, typed: dict[str, str], mistake: str
) -> None:
    found = excused(site, EXCUSED | typed)

    assert isinstance(found, PlanPage)
    assert found.mistake.startswith(mistake)
    assert found.typed == EXCUSED | typed
    assert of_the_second(site).outcome is Outcome.MISSED


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_may_not_excuses_nobody(site: ConsoleSite, name: str) -> None:
    assert isinstance(excused(site, EXCUSED, name), Access)

    assert of_the_second(site).outcome is Outcome.MISSED


def test_an_unknown_schedule_excuses_nobody(site: ConsoleSite) -> None:
    assert excused(site, EXCUSED | {"schedule": "nothing"}) is None
