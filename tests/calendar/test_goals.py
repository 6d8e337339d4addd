"""A goal that its day leaves open is unmet, and nothing else is."""

from __future__ import annotations

from datetime import date

from engine.calendar.goals import GoalEvent, standing_goals, unmet_goals
from engine.model.goal import GoalStatus
from engine.model.local_time import ZoneSpell
from tests.kit.times import NOON, clock

ZONES = (ZoneSpell(0, "America/New_York"),)
DUE = "2026-06-05"
OVER = clock("04:00", 4)  # midnight in New York


def event(status: str, at: int = NOON, due: str | None = None, goal: str = "flat") -> GoalEvent:
    return GoalEvent(at, goal, GoalStatus(status), due)


def unmet(*events: GoalEvent, now: int) -> list[date]:
    return [one.due for one in unmet_goals(events, ZONES, now)[0]]


def test_it_is_unmet_when_its_day_is_over_by_the_clients_clock() -> None:
    was_set = event("set", due=DUE)
    assert unmet(was_set, now=OVER - 1) == []
    assert unmet_goals([was_set], ZONES, OVER - 1)[1] == OVER
    ((one,), ahead) = unmet_goals([was_set], ZONES, OVER)
    assert (one.goal, one.due, one.at, ahead) == ("flat", date(2026, 6, 5), OVER, None)


def test_it_is_not_unmet_if_it_was_met_or_dropped_in_time() -> None:
    for status in ("met", "dropped", "unmet"):
        assert unmet(event("set", due=DUE), event(status, OVER - 1), now=OVER) == []


def test_it_stays_unmet_if_it_is_met_later() -> None:
    assert len(unmet(event("set", due=DUE), event("met", OVER), now=clock("12:00", 9))) == 1


def test_another_day_that_was_agreed_in_time_counts() -> None:
    later = event("progress", clock("12:00", 2), due="2026-06-08")
    assert unmet(event("set", due=DUE), later, now=OVER) == []
    assert unmet(event("set", due=DUE), later, now=clock("12:00", 9)) == [date(2026, 6, 8)]


def test_a_goal_without_a_day_is_never_unmet() -> None:
    assert unmet(event("set"), event("set", due="soon", goal="work"), now=clock("12:00", 90)) == []


def test_each_goal_stands_as_it_was_last_told_by_the_name_that_it_was_given() -> None:
    events = [event("set", due=DUE), event("set", goal="work"), event("met", OVER, goal="Flat")]
    assert [(one.goal, str(one.status), one.due) for one in standing_goals(events)] == [
        ("flat", "met", date(2026, 6, 5)), ("work", "set", None),
    ]  # fmt: skip
