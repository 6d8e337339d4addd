"""A client's care plan: package, phase, milestones, goals, and expectations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from engine.calendar.goals import GOAL_OPEN, PACKAGE, PACKAGE_REVIEW, Goal, standing_goals
from engine.calendar.milestones import milestones_since, package_of
from engine.calendar.occurrences import local_day, occurrences
from engine.calendar.standing import standing_at
from engine.flows.schedules.goals import goals_of
from engine.model.client import Client
from engine.model.event import read_fields
from engine.model.goal import GoalStatus
from engine.model.instant import DAY_US, Instant
from engine.model.local_time import first_reached_in_zones
from engine.model.schedule import (
    ChangeKind,
    Expectation,
    OutcomeReason,
    RandomDraws,
    ScheduleChange,
)
from engine.rulebook.plans.plans import Schedule
from engine.store.intake import histories
from engine.store.intake.histories import TimedEvent
from engine.store.people import named_clients
from engine.store.schedules import changes, expectations, goals

PHASE = "phase"
_APPOINTMENT = "attendance"
_AHEAD_DAYS = 7
# Events that can say that a client used.
_USE = ("return_to_use", "check_in", "test")


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a care plan.

    Attributes:
        what: The schedule, the goal or the milestone.
        due: When it is due; None if it has no day.
        outcome: What it has come to.
        why: More about that.
        asked: When the client was asked by text.
    """

    what: str
    due: Instant | None
    outcome: str
    why: str = ""
    asked: Instant | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A coming day of a schedule; an `appointment` is a visit, and others are reminders."""

    schedule_id: str
    day: date
    due: Instant
    is_visit: bool


def care_plan(
    conn: Connection, ref: str, schedules: Mapping[str, Schedule], now: Instant
) -> tuple[Client, list[PlanLine]]:
    """Read a care plan: its standing part, the coming week, and the outcomes of the last one.

    Args:
        conn: A connection to read from.
        ref: The client's.
        schedules: The schedules that serve, by id.
        now: The present instant.

    Raises:
        UserError: There is no such client.
    """
    client, ahead = appointments(conn, ref, schedules, now, _AHEAD_DAYS)
    due = expectations.of_clients(conn, [client.id], now - 7 * DAY_US).get(client.id, ())
    own = changes.of_clients(conn, [client.id])
    coming = {(one.schedule_id, one.day): one for one in ahead}
    over = [one for one in due if not _lies_ahead(one, schedules, now)]
    for one in over:
        coming.pop((one.schedule_id, one.occurrence.day), None)
    lines = [*map(_expected, over)]
    lines += [_coming(one, own.get((client.id, one.schedule_id), ())) for one in coming.values()]
    return client, [*_standing(conn, client, now), *sorted(lines, key=lambda one: one.due or 0)]


def _lies_ahead(one: Expectation, schedules: Mapping[str, Schedule], now: Instant) -> bool:
    """Return whether the schedule says what comes of an expectation, and changes of today count."""
    schedule = schedules.get(one.schedule_id)
    is_open = one.outcome is None or one.reason == OutcomeReason.SCHEDULE_CHANGED
    planned = schedule is not None and schedule.draws is None
    return planned and is_open and one.occurrence.due > now


def _coming(one: Appointment, own: Sequence[ScheduleChange]) -> PlanLine:
    """Write a coming day, with the newest change that a person made of it."""
    change = next((each for each in reversed(own) if each.covers(one.day)), None)
    excused = change is not None and change.kind == ChangeKind.EXCUSED
    why = f"{change.reason} ({change.actor})" if change else ""
    return PlanLine(one.schedule_id, one.due, "excused" if excused else "ahead", why)


def standing_lines(conn: Connection, ref: str, now: Instant) -> list[PlanLine]:
    """Read the standing part of a client's care plan: package, phase, milestones and goals.

    Raises:
        UserError: There is no such client.
    """
    return list(_standing(conn, named_clients.read(conn, ref), now))


def appointments(
    conn: Connection, ref: str, schedules: Mapping[str, Schedule], now: Instant, days: int
) -> tuple[Client, list[Appointment]]:
    """Return a client's due days ahead, without random draws.

    Args:
        conn: A connection to read from.
        ref: The client's.
        schedules: The schedules that serve, by id.
        now: The present instant.
        days: How many days ahead.

    Raises:
        UserError: There is no such client.
    """
    client = named_clients.read(conn, ref)
    changed = changes.of_clients(conn, [client.id])
    standing = standing_at(client.record, now)
    today = local_day(now, client.zones)
    found = [
        Appointment(schedule.id, one.day, one.due, schedule.kind == _APPOINTMENT)
        for schedule in schedules.values()
        if standing.enrolled
        and standing.has(schedule.wanted)
        and not isinstance(schedule.timing.on, RandomDraws)
        for one in occurrences(
            schedule.timing,
            client.record,
            client.zones,
            today,
            today + timedelta(days=days),
            changed.get((client.id, schedule.id), ()),
        )
        if one.due > now
    ]
    return client, sorted(found, key=lambda one: (one.due, one.schedule_id))


def _standing(conn: Connection, client: Client, now: Instant) -> Iterator[PlanLine]:
    said = histories.events_between(conn, [client.id], _USE, 0, now)[client.id]
    found = goals.of_clients(conn, [client.id])[client.id]
    by_name = {one.goal: one for one in standing_goals(goals_of(client, found, now))}
    yield from _package(client, by_name.pop(PACKAGE_REVIEW, None), now)
    yield from _milestones(client, said, now)
    yield from _goals(client, by_name.values())


def _package(client: Client, review: Goal | None, now: Instant) -> Iterator[PlanLine]:
    attributes = standing_at(client.record, now).attributes
    if phase := attributes.get(PHASE):
        yield PlanLine(f"phase {phase}", None, "now")
    enrolled = _newest(client, "enrolled", now)
    package = package_of(attributes.get(PACKAGE), enrolled) if enrolled else None
    if package:
        name = f"package of {package.months} months"
        if review and review.due:
            at = _midnight(client, review.due)
            stands = "ahead" if at > now else "due"
            came_to = stands if review.status in GOAL_OPEN else str(review.status)
            yield PlanLine(f"{name}: review", at, came_to)
        at = _midnight(client, package.ends)
        yield PlanLine(f"{name}: end", at, "ahead" if at > now else "due")


def _milestones(client: Client, said: Sequence[TimedEvent], now: Instant) -> Iterator[PlanLine]:
    today = local_day(now, client.zones)
    used = [event.at for event in said if _says_use(event)]
    since = {
        "discharge": _newest(client, "discharged", now),
        "the last use on record": local_day(max(used), client.zones) if used else None,
    }
    for what, day in since.items():
        if day is not None and day <= today:
            mark = milestones_since(day, today)
            at = _midnight(client, mark.next_day)
            yield PlanLine(f"{mark.next_days} days since {what}", at, "ahead", f"day {mark.days}")


def _says_use(event: TimedEvent) -> bool:
    fields = read_fields(event.fields)
    return (
        event.kind == "return_to_use"
        or fields.get("used") is True
        or fields.get("result") == "positive"
    )


def _goals(client: Client, found: Iterable[Goal]) -> Iterator[PlanLine]:
    for goal in found:
        if goal.status != GoalStatus.DROPPED:
            over = _midnight(client, goal.due) if goal.due else None
            yield PlanLine(f"goal: {goal.goal}", over, str(goal.status))


def _expected(one: Expectation) -> PlanLine:
    why = str(one.reason) if one.reason else ""
    outcome = str(one.outcome or "open")
    return PlanLine(one.schedule_id, one.occurrence.due, outcome, why, one.asked_at)


def _newest(client: Client, entry: str, now: Instant) -> date | None:
    found = [one.at for one in client.record if one.entry == entry and one.at <= now]
    return local_day(max(found), client.zones) if found else None


def _midnight(client: Client, day: date) -> Instant:
    return first_reached_in_zones(datetime.combine(day, time()), client.zones)
