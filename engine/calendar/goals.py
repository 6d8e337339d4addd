"""Goals of a client: what each has come to, and which were not met on their day.

The review of a package is a goal that the package sets by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from engine.calendar.milestones import package_of
from engine.calendar.occurrences import local_day
from engine.calendar.standing import standing_at
from engine.model.client import RecordEntry
from engine.model.goal import GoalStatus
from engine.model.instant import Instant
from engine.model.local_time import Zones, first_reached_in_zones
from engine.model.word_folding import fold

# The attribute that names a client's package, and the goal that it sets.
PACKAGE, PACKAGE_REVIEW = "package", "package review"
GOAL_OPEN = (GoalStatus.SET, GoalStatus.PROGRESS)


@dataclass(frozen=True, slots=True)
class GoalEvent:
    """One event about a goal; `due` is the day by which it is to be met, if the event names one."""

    at: Instant
    goal: str
    status: GoalStatus
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as it stands: its last status, since when, and its day."""

    goal: str
    status: GoalStatus
    since: Instant
    due: date | None


@dataclass(frozen=True, slots=True)
class UnmetGoal:
    """A goal that was open when its day was over, at `at`."""

    goal: str
    due: date
    at: Instant


def standing_goals(events: Iterable[GoalEvent]) -> list[Goal]:
    """Return each goal as it stands after these events, in the order in which they began.

    Args:
        events: The events about goals of one client, by instant.
    """
    found: dict[str, Goal] = {}
    for event in events:
        known = found.get(fold(event.goal))
        due = _day(event.due) or (known.due if known else None)
        name = known.goal if known else event.goal
        found[fold(event.goal)] = Goal(name, event.status, event.at, due)
    return list(found.values())


def unmet_goals(
    events: Iterable[GoalEvent], zones: Zones, now: Instant
) -> tuple[list[UnmetGoal], Instant | None]:
    """Find the goals that were not met on their day.

    Args:
        events: What sources and people said of the goals of one client, by instant.
        zones: The client's timezones, because a day ends at the client's own midnight.
        now: The present instant.

    Returns:
        Those that were still open when their day was over, and when the next day will be over.
    """
    unmet: dict[tuple[str, date], UnmetGoal] = {}
    open_goals: dict[str, Goal] = {}

    def pass_time(until: Instant) -> None:
        for key, goal in list(open_goals.items()):
            over = _over(goal, zones)
            if over is not None and over <= until:
                assert goal.due
                unmet[key, goal.due] = UnmetGoal(goal.goal, goal.due, over)
                del open_goals[key]

    for event in events:
        if event.at > now:
            break
        pass_time(event.at)
        key = fold(event.goal)
        known = open_goals.pop(key, None)
        if event.status in GOAL_OPEN:
            due = _day(event.due) or (known.due if known else None)
            goal = known or Goal(event.goal, event.status, event.at, due)
            open_goals[key] = replace(goal, status=event.status, since=event.at, due=due)
    pass_time(now)
    ahead = [over for goal in open_goals.values() if (over := _over(goal, zones)) is not None]
    return sorted(unmet.values(), key=lambda one: (one.at, one.goal)), min(ahead, default=None)


def package_goal(record: Sequence[RecordEntry], zones: Zones, now: Instant) -> GoalEvent | None:
    """Return the event by which a client's package sets its review as a goal; None without one.

    A client whose enrolment ends before the day of the review has none.

    Args:
        record: The client's record, in the order of its dates.
        zones: The client's timezones.
        now: The present instant.
    """
    begins = [entry.at for entry in record if entry.entry == "enrolled" and entry.at <= now]
    if not begins:
        return None
    attributes = standing_at(record, now).attributes
    package = package_of(attributes.get(PACKAGE), local_day(begins[-1], zones))
    if package is None:
        return None
    over = _day_over(package.review, zones)
    if any(one.entry == "ended" and begins[-1] <= one.at < over for one in record):
        return None
    due = package.review.isoformat()
    return GoalEvent(begins[-1], PACKAGE_REVIEW, GoalStatus.SET, due)


def _over(goal: Goal, zones: Zones) -> Instant | None:
    return None if goal.due is None else _day_over(goal.due, zones)


def _day_over(day: date, zones: Zones) -> Instant:
    return first_reached_in_zones(datetime.combine(day + timedelta(days=1), time()), zones)


def _day(written: str | None) -> date | None:
    """Read a day such as 2027-03-01; None for any other words."""
    with suppress(ValueError):
        return date.fromisoformat(written) if written else None
    return None
