"""A plain simulation of a year of schedules, by the letter of docs/plans.md.

It shares no code with the engine, and knows the whole year at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from engine.model.instant import from_us, to_us
from tests.kit.lives import (
    BEGIN,
    END,
    HOLIDAYS,
    OUTAGES,
    PROGRAMS,
    YEAR,
    Life,
    LifeEvent,
    checks_up,
    meets,
)
from tests.kit.times import DAY, HOUR, MINUTE

PLANS = f"""
  - id: evening
    title: Check-in in the evening
    status: live
    for: {{program: [iop, aftercare]}}
    expects: check_in
    every: [wednesday, thursday, sunday]
    by: 20:00
    grace: 2 hours
    ask: {{questions: evening, at: 18:00}}
  - id: groups
    title: Groups
    status: live
    for: {{program: iop}}
    expects: {{kind: attendance, where: {{activity: group}}}}
    every: [monday, thursday]
    by: 18:00
    window: 1 hour
    grace: 4 hours
    on_holidays: off
  - id: night-dose
    title: Dose at night
    status: live
    for: {{program: aftercare}}
    expects: medication
    every: sunday
    by: 02:30
    window: 1 hour
    grace: 90 minutes
  - id: first-visit
    title: First visit
    status: live
    expects: {{kind: attendance, where: {{activity: group}}}}
    once: 7 days after enrolment
    by: 19:00
  - id: second-tuesday
    title: Every second Tuesday
    status: live
    for: {{program: [iop, aftercare]}}
    expects: {{kind: attendance, where: {{activity: individual}}}}
    every: FREQ=WEEKLY;INTERVAL=2;BYDAY=TU
    starts: {YEAR}-01-06
    by: 17:00
  - id: check-up
    title: Check-up each quarter
    status: live
    for: {{program: alumni}}
    expects: check_in
    every: FREQ=MONTHLY;INTERVAL=3;BYDAY=1SU
    starts: {YEAR}-01-04
    by: 20:00
    grace: 2 hours
    ask: {{questions: evening, at: 18:00}}
  - id: quarterly-meeting
    title: A meeting each quarter
    status: live
    for: {{program: alumni}}
    expects: {{kind: attendance, where: {{activity: individual}}}}
    every: FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU
    starts: {YEAR}-02-10
    by: 17:00
questions:
  - id: evening
    text: {{english: "Handrail: how is today? Reply with your three answers, such as 5 5 n."}}
    answers: [craving, mood, used]
holidays: [{", ".join(day.isoformat() for day in HOLIDAYS)}]
"""
Outages = tuple[tuple[int, int], ...]
_PATIENCE = 3 * DAY
_PROGRAMS = {
    "evening": PROGRAMS,
    "groups": ["iop"],
    "night-dose": ["aftercare"],
    "first-visit": [*PROGRAMS, "alumni"],
    "second-tuesday": PROGRAMS,
    "check-up": ["alumni"],
    "quarterly-meeting": ["alumni"],
}
_ASK = {"evening", "check-up"}
_KEEPS = {"completed", "attended", "taken"}
_EXCUSES = {"excused", "cancelled"}


@dataclass
class PlainYear:
    """What becomes of a client's year.

    Attributes:
        outcomes: By schedule and day; days on which it is not for the client are left out.
        asked: When the client is asked, by day.
        answered: When the client answers a question.
        corrected: The schedules and days of which more became known than what ended them.
    """

    outcomes: dict[tuple[str, date], str] = field(default_factory=dict)
    asked: dict[date, int] = field(default_factory=dict)
    corrected: set[tuple[str, date]] = field(default_factory=set)
    answered: list[int] = field(default_factory=list)


def plain_year(life: Life, outages: Outages = OUTAGES) -> PlainYear:
    """Simulate one client's year in which the site's source has these outages."""
    year = PlainYear()
    answered = year.answered
    fitting = {name: [one for one in life.events if _fits(name, one)] for name in _PROGRAMS}
    for schedule, day, opens, due, closes in sorted(due_days(life), key=lambda one: one[4]):
        if not _is_for(life, schedule, due) or closes > END - 14 * DAY:
            continue
        said = [one for one in fitting[schedule] if opens <= one.at <= closes]
        said += [_answer(at) for at in answered if schedule in _ASK and opens <= at <= closes]
        arrived = True
        if schedule in _ASK:
            asked_at = _asked_at(life, day, said, due, closes, outages)
            arrived = asked_at is not None
            if asked_at is not None:
                year.asked[day] = asked_at
                wait = life.answers_after(day)
                if wait is not None and not _opted_out(life, asked_at + wait):
                    answered.append(asked_at + wait)
                    if asked_at + wait <= closes:
                        said.append(_answer(asked_at + wait))
        year.outcomes[schedule, day] = _outcome(life, said, due, closes, outages, reached=arrived)
        late = [one for one in said if _known(one, outages) > closes or one.taken_back is not None]
        away = [known for known, began, ended in life.away if began <= due < ended]
        if late or len(said) > 1 or (away and (said or away[0] > closes)):
            year.corrected.add((schedule, day))
    return year


def due_days(life: Life) -> Iterator[tuple[str, date, int, int, int]]:
    """Each schedule and day with from when until when it counts."""
    enrolled = from_us(life.enrolled).astimezone(ZoneInfo(life.zone)).date()
    for day in (date(YEAR, 1, 1) + timedelta(days=n) for n in range(366)):
        weekday = day.weekday()
        if weekday in {2, 3, 6}:
            due = reached(day, time(20), life.zone)
            yield "evening", day, reached(day, time(), life.zone), due, due + 2 * HOUR
        if weekday in {0, 3} and day not in HOLIDAYS:
            due = reached(day, time(18), life.zone)
            yield "groups", day, due - HOUR, due, due + 4 * HOUR
        if weekday == 6:
            due = reached(day, time(2, 30), life.zone)
            yield "night-dose", day, due - HOUR, due, due + 90 * MINUTE
        if day == enrolled + timedelta(days=7):
            due = reached(day, time(19), life.zone)
            yield "first-visit", day, reached(day, time(), life.zone), due, due
        if weekday == 1 and (day - date(YEAR, 1, 6)).days % 14 == 0 and day >= date(YEAR, 1, 6):
            due = reached(day, time(17), life.zone)
            yield "second-tuesday", day, reached(day, time(), life.zone), due, due
        if checks_up(day):
            due = reached(day, time(20), life.zone)
            yield "check-up", day, reached(day, time(), life.zone), due, due + 2 * HOUR
        if meets(day):
            due = reached(day, time(17), life.zone)
            opens = reached(day, time(), life.zone)
            yield "quarterly-meeting", day, opens, due, due


@cache
def reached(day: date, at: time, zone: str) -> int:
    """The first instant at which the clock of a place shows a time or a later one on a day."""
    place = ZoneInfo(zone)
    start = datetime.combine(day, time(), place)
    if start.utcoffset() == datetime.combine(day, time(23, 59), place).utcoffset():
        return to_us(datetime.combine(day, at, place))
    minute = to_us(start)
    while True:
        shown = datetime.fromtimestamp(minute / 1_000_000, UTC).astimezone(place)
        if shown.date() == day and shown.time() >= at:
            return minute
        minute += MINUTE


def _is_for(life: Life, schedule: str, due: int) -> bool:
    if due <= BEGIN or due < life.enrolled or (life.ended is not None and due >= life.ended):
        return False
    return life.program in _PROGRAMS[schedule]


def _fits(schedule: str, one: LifeEvent) -> bool:
    if schedule in _ASK:
        return one.kind == "check_in"
    if schedule == "night-dose":
        return one.kind == "medication"
    wanted = "individual" if schedule in {"second-tuesday", "quarterly-meeting"} else "group"
    return one.kind == "attendance" and one.fields["activity"] == wanted


def _answer(at: int) -> LifeEvent:
    return LifeEvent(at, at, "check_in", {"status": "completed"}, "answer")


def _known(one: LifeEvent, outages: Outages) -> int:
    """When the site knows of an event: its source may be out. Answers come by text."""
    if one.key == "answer":
        return one.known
    return next((end for begin, end in outages if begin <= one.known < end), one.known)


def _asked_at(
    life: Life, day: date, said: list[LifeEvent], due: int, closes: int, outages: Outages
) -> int | None:
    """When the client is asked on a day; None if never."""
    ask_at = reached(day, time(18), life.zone)
    if not life.agreed or ask_at < life.enrolled or _opted_out(life, ask_at):
        return None
    if any(known <= ask_at and began <= due < ended for known, began, ended in life.away):
        return None
    known = [one for one in said if one.at <= ask_at and _known(one, outages) <= ask_at]
    if any(one.taken_back is None or one.taken_back > ask_at for one in known):
        return None
    begin, end = (reached(day, hour, life.zone) for hour in life.quiet)
    sent = end if begin < end and begin <= ask_at < end else ask_at
    return sent if sent < closes else None


def _opted_out(life: Life, at: int) -> bool:
    said = [word for when, word in life.texts if when <= at]
    return bool(said) and said[-1] == "STOP"


def _outcome(
    life: Life,
    said: list[LifeEvent],
    due: int,
    closes: int,
    outages: Outages,
    *,
    reached: bool,
) -> str:
    """Go through all that became known about one day, in its order, and return where it ended."""
    away = [known for known, began, ended in life.away if began <= due < ended]
    read = next((end for begin, end in outages if begin <= closes < end), closes)
    news = [closes, closes + _PATIENCE, read, *away, *(_known(one, outages) for one in said)]
    news += [one.taken_back for one in said if one.taken_back is not None]
    outcome = ""
    for now in sorted(news):
        known = [
            one
            for one in said
            if max(_known(one, outages), one.at) <= now < (one.taken_back or END * 2)
        ]
        words = {one.fields["status"] for one in known}
        if words & _KEEPS:
            outcome = "withdrawn" if outcome in {"missed", "withdrawn"} else "kept"
        elif words & _EXCUSES:
            outcome = "excused"
        elif any(at <= now for at in away):
            outcome = "held"
        elif words:
            outcome = "missed"
        elif now < closes:
            outcome = ""
        elif outcome == "given up" or (now < read and now >= closes + _PATIENCE):
            outcome = "given up"
        elif now >= read or outcome == "missed":
            outcome = "missed" if reached else "held"
        else:
            outcome = ""
    return "held" if outcome == "given up" else outcome
