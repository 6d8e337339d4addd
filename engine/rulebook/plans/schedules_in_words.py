"""Schedules in plain English: the clients, the days and hours, and the result of missing one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.measures.comparison import Comparison, Where
from engine.measures.weekday import WEEKDAYS
from engine.model.draw_chance import mean_gap
from engine.model.duration import write_duration
from engine.model.schedule import DaysAfter, DrawnDays, RandomDraws
from engine.rulebook.english.words import choice, noun, one_of, word
from engine.rulebook.plans.plans import Schedule, ScheduleStatus

_STATUS: Mapping[ScheduleStatus, str] = {
    "draft": "a draft: it does nothing yet",
    "live": "live",
    "retired": "retired: it does nothing any more",
}
_DAILY = "FREQ=DAILY"
_WEEKLY = "FREQ=WEEKLY;BYDAY="


def explain_schedule(one: Schedule) -> list[str]:
    """Write a schedule as lines of text."""
    sorts = ((one.kind, one.where), *((other.kind, other.where) for other in one.others))
    due = ", or ".join(one_of(kind, where) for kind, where in sorts)
    lines = [
        f"{one.title} ({one.id})",
        f"It is {status_in_words(one)}. It is for {clients_in_words(one)}.",
        "",
        f"{due[0].upper()}{due[1:]} is due {when_in_words(one)}, by the client's own clock.",
        _counts(one),
        _missed(one),
        "On leave nothing is missed. While a source that would tell of it is not read, it waits.",
    ]
    return [*lines, "", f"Why: {one.why}"] if one.why else lines


def status_in_words(one: Schedule) -> str:
    """Say whether a schedule serves, such as `a draft: it does nothing yet`."""
    return _STATUS[one.status]


def clients_in_words(one: Schedule) -> str:
    """Say for whom a schedule is, such as `clients whose program is iop or php`."""
    attributes = [
        f"{word(name)} is {choice([word(each) for each in words])}"
        for name, words in one.wanted.items()
    ]
    return f"clients whose {' and whose '.join(attributes)}" if attributes else "all clients"


def when_in_words(one: Schedule) -> str:
    """Say when a schedule is due, such as `every day by 20:00`."""
    on, by = one.timing.on, f"by {one.timing.by:%H:%M}"
    if isinstance(on, DaysAfter):
        day = f"{on.days} {'day' if on.days == 1 else 'days'} after" if on.days else "on the day of"
        return f"once, {day} {on.after}, {by}"
    if isinstance(on, RandomDraws):
        mean = mean_gap(on.minimum, on.maximum, on.chance)
        return (
            f"on days that chance draws, {on.minimum} to {on.maximum} days apart and {mean:.1f} on "
            f"average, {by}"
        )
    if isinstance(on, DrawnDays):
        return f"on drawn days, {by}"
    if on.rule == _DAILY:
        return f"every day {by}"
    if on.rule.startswith(_WEEKLY):
        names = {name[:2].upper(): name.capitalize() for name in WEEKDAYS}
        days = [names[day] for day in on.rule.removeprefix(_WEEKLY).split(",") if day in names]
        if days and ";" not in on.rule.removeprefix(_WEEKLY):
            return f"every {choice(days, 'and')} {by}"
    return f"on the days of the rule {on.rule}, counted from {on.starts.isoformat()}, {by}"


def _counts(one: Schedule) -> str:
    window, grace = one.timing.window, one.timing.grace
    since = "midnight of that day" if window is None else f"{write_duration(window)} before"
    until = f"{write_duration(grace)} after" if grace else "that time"
    holidays = " Nothing is due on the site's holidays." if one.timing.closed else ""
    return f"It counts from {since} until {until}.{holidays}"


def _missed(one: Schedule) -> str:
    missed = Where((*one.where.fields, (one.words.field, Comparison("is", one.words.missed))))
    return (
        f"If there is none by then, {one_of(one.kind, missed)} is recorded at the end of that "
        f"time, "
        "and rules see it like any other."
    )


def due_in_words(one: Schedule) -> str:
    """Name the events that are due, such as `check-ins`."""
    return noun(one.kind, one.where)
