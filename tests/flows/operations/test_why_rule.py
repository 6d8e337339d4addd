"""Why a rule held or not at any instant: the same answer as the replay gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from engine.errors import UserError
from engine.flows.evaluation.caseload import histories
from engine.flows.operations.why_rule import explain_rule
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import DAY_US, HOUR_US, from_us
from engine.model.rule_explanation import RuleAtInstant, RuleState
from engine.rulebook.parsing.load import load
from engine.store.database.connection import Database
from engine.store.tables.people import record_entries
from tests.kit.site import MISSED, Site, rulebook
from tests.kit.times import NOON, hours


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """Client C-1 missed check-ins 30 and 5 hours before noon."""
    site = Site(sqlite_database).with_people()
    site.missed(NOON - hours(30))
    site.missed(NOON - hours(5))
    return site


def why(site: Site, at: int, now: int = NOON + 30 * DAY_US, **words: str) -> RuleAtInstant:
    with site.database.read() as conn:
        return explain_rule(conn, rulebook(MISSED, **words), "C-1", "two-missed", at, now)


def test_a_rule_that_held_shows_its_span_and_its_values(site: Site) -> None:
    told = why(site, NOON)

    assert told.state is RuleState.HELD
    assert told.began == from_us(NOON - hours(5))
    assert told.ended == from_us(NOON - hours(30) + 7 * DAY_US)
    (finding,) = told.findings
    assert (finding.value, finding.truth, len(finding.events)) == ("2", True, 2)


def test_a_rule_that_did_not_hold_shows_what_was_missing(site: Site) -> None:
    told = why(site, NOON - hours(6))

    assert (told.state, told.began) == (RuleState.NOT_MET, None)
    (finding,) = told.findings
    assert (finding.value, finding.truth, len(finding.events)) == ("1", False, 1)


def test_a_hold_that_is_not_over_is_named(site: Site) -> None:
    assert why(site, NOON, hold="12 hours").state is RuleState.HOLD_NOT_OVER
    assert why(site, NOON + hours(8), hold="12 hours").state is RuleState.HELD


def test_a_leave_is_named(site: Site) -> None:
    away = {"client_id": 1, "at": NOON - hours(1), "entry": "leave_began"}
    with site.database.write() as conn:
        conn.execute(insert(record_entries), away)

    assert why(site, NOON).state is RuleState.NOT_IN_CARE


def test_an_instant_ahead_is_a_mistake(site: Site) -> None:
    with pytest.raises(UserError, match="lies ahead"):
        why(site, NOON + 1, now=NOON)


def test_an_unknown_client_is_a_mistake(site: Site) -> None:
    with site.database.read() as conn, pytest.raises(UserError, match="no client C-9"):
        explain_rule(conn, rulebook(), "C-9", "two-missed", NOON, NOON)


SHIPPED = load(Path(__file__).parents[3] / "rules", BUILT_IN)


@pytest.mark.parametrize("rule_id", SHIPPED.rules)
def test_each_shipped_rule_can_be_asked_about(site: Site, rule_id: str) -> None:
    with site.database.read() as conn:
        told = explain_rule(conn, SHIPPED, "C-1", rule_id, NOON, NOON)

    assert told.findings


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A client with missed check-ins over a hundred days."""
    database = Database.ready(f"sqlite:///{tmp_path_factory.mktemp('why') / 'why.db'}")
    site = Site(database).with_people()
    for day in (1, 2, 9, 20, 21, 22, 50, 58, 59, 90):
        site.missed(NOON - 100 * DAY_US + day * DAY_US)
    return site


@settings(deadline=None)
@given(st.integers(0, 24 * 110), st.sampled_from(["0 hours", "5 hours"]))
def test_it_held_exactly_when_a_span_of_the_replay_covers_the_instant(
    long_site: Site, hour: int, hold: str
) -> None:
    at = NOON - 102 * DAY_US + hour * HOUR_US
    now = NOON + 10 * DAY_US
    words = {} if hold == "0 hours" else {"hold": hold}
    with long_site.database.read() as conn:
        spans = rulebook(MISSED, **words).replay(histories(conn, [1], now))

    told = why(long_site, at, now, **words)

    covered = any(span.began <= at and (span.ended is None or at < span.ended) for span in spans)
    assert (told.state is RuleState.HELD) == covered
