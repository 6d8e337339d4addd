"""A goal that is not met on its day becomes an event and an alert; late data take both back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UserError
from engine.flows.schedules.goals import record_goal
from engine.model.event import read_fields
from engine.model.event_kinds import BUILT_IN
from engine.model.goal import GoalStatus
from engine.rulebook.parsing.load import from_texts
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from tests.kit.schedule_site import ScheduleSite
from tests.kit.times import NOON, clock

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
