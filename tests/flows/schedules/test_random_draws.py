"""Days that chance draws become expectations when they begin, and not before."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendar.draws import draw_days
from engine.model.schedule import ChangeKind, DrawSeed, RandomDraws
from engine.store.database.connection import Database
from engine.store.schedules import draw_seeds
from engine.store.tables.schedules import draw_seeds as table
from tests.flows.schedules.test_settle import changed
from tests.kit.schedule_site import ScheduleSite
from tests.kit.times import DAY, NOON, clock

RANDOM = """
  - id: daily-check-in
    title: Random tests
    status: live
    expects: test
    random: {minimum_gap: 2 days, maximum_gap: 6 days, rate: 10 in 35 days}
    by: 17:00
"""
SEEDS = {"2026-06": "1f" * 32, "2026-07": "2e" * 32}


@pytest.fixture
def site(database: Database) -> ScheduleSite:
    site = ScheduleSite(database).with_people()  # type: ignore[assignment]
    with database.write() as conn:
        for month, seed in SEEDS.items():
            draw_seeds.add(conn, DrawSeed("daily-check-in", month, seed, date(2026, 6, 2)))
    site.plan(RANDOM)
    return site


def drawn(site: ScheduleSite, last: date) -> list[str]:
    draws = site.rules.plans.schedules["daily-check-in"].draws
    assert isinstance(draws, RandomDraws)
    days = draw_days(draws, "daily-check-in", "C-1", SEEDS, date(2026, 6, 2), last)
    return [day.isoformat() for day in days]


def test_each_drawn_day_is_expected_and_no_other(site: ScheduleSite) -> None:
    for day in range(40):
        site.at(clock("00:00", day), clock("17:00", day))
    expected = drawn(site, date(2026, 7, 11))
    assert len(expected) > 7
    assert site.outcomes == [(day, "missed") for day in expected]
    assert {fields for _, fields in site.missed_events} == {'{"result":"missed"}'}


def test_no_row_tells_a_draw_ahead_of_its_day(site: ScheduleSite) -> None:
    for day in range(10):
        site.at(clock("12:00", day))
        today = date.fromordinal(date(2026, 6, 2).toordinal() + day).isoformat()
        assert all(drawn_day <= today for drawn_day, _ in site.outcomes)
        assert site.evaluation().next_due_at <= clock("00:00", day + 1)


def test_a_person_adds_a_day(site: ScheduleSite) -> None:
    site.at(NOON)
    changed(site, ChangeKind.EXTRA, "2026-06-02", clock("13:00"), "2026-06-02")
    assert site.outcomes[0] == ("2026-06-02", None)


def test_seeds_are_made_ahead_and_their_hashes_are_in_the_audit_trail(site: ScheduleSite) -> None:
    site.at(NOON + 50 * DAY)  # 22 July: August is near
    assert [row.month for row in site.rows(table)] == ["2026-06", "2026-07", "2026-08"]
    assert ("seed committed", "schedule daily-check-in") in site.audited
