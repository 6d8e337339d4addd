"""A goal that is not met on its day becomes an event and an alert; late data take both back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from engine.errors import UserError
from engine.flows.schedules.goals import record_goal
from engine.model.event import read_fields
from engine.model.event_kinds import BUILT_IN
from engine.model.goal import GoalStatus
from engine.model.instant import to_us
from engine.rulebook.parsing.load import from_texts
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import record_entries
from tests.kit.schedule_site import ScheduleSite
from tests.kit.times import DAY, HOUR, NOON, clock

RULES = (Path(__file__).parents[3] / "rules" / "goals.yaml").read_text("utf-8")
OVER = clock("00:00", 4)


@pytest.fixture
def site(database: Database) -> ScheduleSite:
    site = ScheduleSite(database)
    site.with_people()
    site.rules = from_texts({"goals.yaml": RULES}, BUILT_IN)
    site.accept(NOON)
    site.at(NOON)
    return site


def records(
    site: ScheduleSite, status: str = "set", at: int = NOON, due: str | None = "2026-06-05"
) -> None:
    with site.database.write() as conn:
        record_goal(conn, "C-1", "find a flat", GoalStatus(status), due, at)
    site.at(at)


def unmet(site: ScheduleSite) -> list[tuple[int, str]]:
    return [
        (row.occurred_at, str(read_fields(row.fields)["due"]))
        for row in site.rows(events)
        if row.source == "schedules"
    ]


def test_a_goal_that_is_not_met_is_told_to_the_case_manager_when_its_day_is_over(
    site: ScheduleSite,
) -> None:
    records(site)
    site.at(OVER - 1)
    assert (unmet(site), site.alerts) == ([], [])
    site.at(OVER, OVER + 1)
    assert unmet(site) == [(OVER, "2026-06-05")]
    assert [(one.rule_id, one.severity) for one in site.alerts] == [("goal-unmet", "low")]


def test_a_goal_that_is_met_in_time_raises_nothing(site: ScheduleSite) -> None:
    records(site)
    records(site, "met", clock("12:00", 2), None)
    site.at(OVER)
    assert (unmet(site), site.alerts) == ([], [])


def test_late_data_that_it_was_met_take_the_event_and_the_alert_back(site: ScheduleSite) -> None:
    records(site)
    site.at(OVER)
    site.caseload.event(1, "goal", clock("12:00", 2), goal="find a flat", status="met")
    site.at(clock("10:00", 4))
    assert unmet(site) == []
    assert [one.state for one in site.alerts] == ["resolved"]


def test_a_goal_of_a_source_counts_like_one_of_a_person(site: ScheduleSite) -> None:
    site.caseload.event(1, "goal", NOON, goal="work", status="set", due="2026-06-05")
    site.at(NOON, OVER)
    assert len(unmet(site)) == 1


@pytest.mark.parametrize(
    ("ref", "goal", "status", "says"),
    [
        ("C-9", "work", "set", "There is no client C-9"),
        ("C-1", "x" * 41, "set", "A goal has 1 to 40 characters"),
        ("C-1", " ", "set", "A goal has 1 to 40 characters"),
        ("C-1", "work", "met", "C-1 has no goal 'work'"),
    ],
)
def test_a_goal_that_cannot_be_recorded_is_refused(
    site: ScheduleSite, ref: str, goal: str, status: str, says: str
) -> None:
    with pytest.raises(UserError, match=says), site.database.write() as conn:
        record_goal(conn, ref, goal, GoalStatus(status), None, NOON)


REVIEW_OVER = clock("00:00", 8)


def with_package(site: ScheduleSite, package: str = "3 months") -> None:
    """Let C-1 be enrolled so that a package of three months is reviewed in a week."""
    with site.database.write() as conn:
        conn.execute(delete(record_entries))
    for entry, value in (("enrolled", None), ("package", package)):
        site.record(to_us(datetime(2026, 3, 23, 9, tzinfo=UTC)), entry, value)
    site.at(NOON)


def test_a_package_that_nobody_reviewed_is_told_two_weeks_before_its_end(
    site: ScheduleSite,
) -> None:
    with_package(site)
    assert site.evaluation().next_due_at == REVIEW_OVER
    site.at(REVIEW_OVER, REVIEW_OVER + 1)
    assert unmet(site) == [(REVIEW_OVER, "2026-06-09")]
    assert [(one.rule_id, one.state) for one in site.alerts] == [("goal-unmet", "open")]
    # The package is extended, so that its review lies ahead.
    site.record(REVIEW_OVER + HOUR, "package", "6 months")
    site.at(REVIEW_OVER + HOUR)
    assert unmet(site) == []
    assert [one.state for one in site.alerts] == ["resolved"]


def test_a_package_that_was_reviewed_raises_nothing(site: ScheduleSite) -> None:
    with_package(site)
    with site.database.write() as conn:
        record_goal(conn, "C-1", "package review", GoalStatus.MET, None, NOON + HOUR)
    site.at(NOON + HOUR, REVIEW_OVER)
    assert (unmet(site), site.alerts) == ([], [])


def test_a_package_of_a_client_who_left_before_its_review_raises_nothing(
    site: ScheduleSite,
) -> None:
    with_package(site)
    site.record(NOON + DAY, "ended")
    site.at(NOON + DAY, REVIEW_OVER)
    assert (unmet(site), site.alerts) == ([], [])
