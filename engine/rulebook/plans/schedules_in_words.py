"""Schedules in plain English: the clients, the days and hours, and the result of missing one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
_WEEKLY = re.compile(r"FREQ=WEEKLY;(?:INTERVAL=(?P<weeks>[0-9]+);)?BYDAY=(?P<days>[A-Z,]+)")
_NAMES = {name[:2].upper(): name.capitalize() for name in WEEKDAYS}


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
        *_texts(one),
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
    counted = f"counted from {on.starts.isoformat()}, {by}"
    found = _WEEKLY.fullmatch(on.rule)
    if found is None or not set(found["days"].split(",")) <= _NAMES.keys():
        return f"on the days of the rule {on.rule}, {counted}"
    days = choice([_NAMES[day] for day in found["days"].split(",")], "and")
    if found["weeks"] in {None, "1"}:
        return f"every {days} {by}"
    return f"every {found['weeks']} weeks on {days}, {counted}"


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


def _texts(one: Schedule) -> Iterator[str]:
    """Say which texts clients get, and when."""
    if one.ask is not None:
        text, at = one.ask.questions.words("english"), f"{one.ask.at:%H:%M}"
        yield f"At {at}, clients who agreed to texts and have not done it yet are asked: {text}"
        if one.ask.remind_after is not None:
            after = write_duration(one.ask.remind_after)
            yield f"If they have not answered {after} later, they are asked once more."
        yield "A client who is not asked misses nothing."
    if one.notice is not None:
        before = f"{write_duration(one.notice.before)} before"
        when = before if one.notice.at is None else f"At {one.notice.at:%H:%M}"
        text = one.notice.message.words("english")
        yield f"{when[0].upper()}{when[1:]}, clients who agreed to texts get: {text}"
    if one.remind_supporters is not None:
        yield (
            f"{write_duration(one.remind_supporters)} before, supporters whom the client lets know "
            "of sessions are reminded."
        )


def due_in_words(one: Schedule) -> str:
    """Name the events that are due, such as `check-ins`."""
    return noun(one.kind, one.where)
