"""The outcomes of a client's expectations, by the facts that are known now; pure.

The answer depends on the present facts alone. It is therefore the same however often it is asked
for, and late data change it as if they had been known in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from engine.calendar.standing import Attributes, standing_at
from engine.model.client import RecordEntry
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Instant
from engine.model.outages import Feed
from engine.model.schedule import (
    SOURCE,
    Expectation,
    Occurrence,
    Outcome,
    OutcomeReason,
    Sign,
    SignMeaning,
)

# How long an expectation waits for a source that is not read.
WAIT_US = 3 * DAY_US
# How often it looks in the meantime: soon while sources are read as usual. A source that is read
# again makes the clients due who wait for it, so that later looks are seldom needed.
SOON_US = 10 * SECOND_US
LATER_US = HOUR_US
_LATE_US = MINUTE_US


class QuestionState(Enum):
    """What is known of the question about a day."""

    ASKED = auto()
    NOT_ASKED = auto()
    IN_DOUBT = auto()  # no carrier says yet whether it went out


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """The facts about one client and schedule.

    Attributes:
        record: The client's, in the order of its dates.
        wanted: The attributes of clients for whom the schedule is.
        signs: The events that say something, in the order of their instants.
        known_through: Until when all events of the kind are known.
        read_to: When sources were last read, or failed to be read.
        now: The present instant.
        questions: What is known of the question about each day, except where the client was not
            asked; None if clients are not asked.
        excused: The days that a person excused.
    """

    record: Sequence[RecordEntry]
    wanted: Attributes
    signs: Sequence[Sign]
    known_through: Instant
    read_to: Instant
    now: Instant
    questions: Mapping[date, QuestionState] | None = None
    excused: Collection[date] = ()


class ExpectationVerdict(NamedTuple):
    """What becomes of an expectation; without an outcome it is looked at again at `look_at`."""

    outcome: Outcome | None
    reason: OutcomeReason | None = None
    event: tuple[str, str] | None = None
    look_at: Instant | None = None


_CHANGED = ExpectationVerdict(Outcome.WITHDRAWN, OutcomeReason.SCHEDULE_CHANGED)


def decide(
    standing: Iterable[Expectation], expected: Collection[Occurrence], facts: ScheduleFacts
) -> list[tuple[Expectation, ExpectationVerdict]]:
    """Decide about expectations of one client and schedule.

    An event keeps one expectation alone: of several the one that is due first.

    Args:
        standing: The expectations, stored or new.
        expected: What the schedule expects now; an open expectation of another day is withdrawn.
        facts: The facts about the client and schedule.

    Returns:
        Each expectation with the verdict, in the order in which they are due.
    """
    used: set[tuple[str, str]] = set()
    days = {one.day: one for one in expected}
    found = []
    for one in sorted(standing, key=lambda each: each.occurrence.due):
        timed = _as_now_due(one, days.get(one.occurrence.day), facts.now)
        verdict = _CHANGED if timed is None else _verdict(timed, used, facts)
        if verdict.event is not None:
            used.add(verdict.event)
        found.append((timed or one, verdict))
    return found


def _as_now_due(one: Expectation, today: Occurrence | None, now: Instant) -> Expectation | None:
    """Return an expectation with its times as the schedule has them now; None if it has none.

    One that has ended keeps its times. A change that would make it due in the past withdraws it.
    """
    if one.outcome is not None and one.reason != OutcomeReason.SCHEDULE_CHANGED:
        return one
    if today is None or (today != one.occurrence and today.due <= now):
        return None
    return one if today == one.occurrence else replace(one, occurrence=today)


def _verdict(
    one: Expectation, used: Collection[tuple[str, str]], facts: ScheduleFacts
) -> ExpectationVerdict:
    stands = standing_at(facts.record, one.occurrence.due)
    if not stands.enrolled or not stands.has(facts.wanted):
        return ExpectationVerdict(Outcome.WITHDRAWN, OutcomeReason.NOT_FOR_CLIENT)
    signs = [
        sign
        for sign in facts.signs
        if one.occurrence.opens <= sign.at <= one.occurrence.closes and sign[2:] not in used
    ]
    if kept := _first(signs, SignMeaning.KEPT):
        if one.outcome == Outcome.MISSED or one.reason == OutcomeReason.DONE_AFTER_ALL:
            return ExpectationVerdict(Outcome.WITHDRAWN, OutcomeReason.DONE_AFTER_ALL, kept)
        return ExpectationVerdict(Outcome.KEPT, OutcomeReason.DONE, kept)
    if one.occurrence.day in facts.excused:
        return ExpectationVerdict(Outcome.EXCUSED, OutcomeReason.BY_STAFF)
    if excused := _first(signs, SignMeaning.EXCUSED):
        return ExpectationVerdict(Outcome.EXCUSED, OutcomeReason.SOURCE_SAYS, excused)
    if stands.on_leave:
        return ExpectationVerdict(Outcome.HELD, OutcomeReason.ON_LEAVE)
    if missed := _first(signs, SignMeaning.MISSED):
        return ExpectationVerdict(Outcome.MISSED, OutcomeReason.SOURCE_SAYS, missed)
    return _unanswered(one, facts)


def _unanswered(one: Expectation, facts: ScheduleFacts) -> ExpectationVerdict:
    closes, now = one.occurrence.closes, facts.now
    if now < closes:
        return ExpectationVerdict(None, look_at=closes)
    given_up = (one.outcome, one.reason) == (Outcome.HELD, OutcomeReason.DATA_MISSING)
    question = QuestionState.ASKED
    if facts.questions is not None:
        question = facts.questions.get(one.occurrence.day, QuestionState.NOT_ASKED)
    waits = facts.known_through < closes or question is QuestionState.IN_DOUBT
    # A daemon that has slept reads its sources first.
    if given_up or (waits and min(now, facts.read_to) >= closes + WAIT_US):
        return ExpectationVerdict(Outcome.HELD, OutcomeReason.DATA_MISSING)
    if question is QuestionState.NOT_ASKED:
        return ExpectationVerdict(Outcome.HELD, OutcomeReason.NOT_ASKED)
    # A missed one stays missed until an event says otherwise, even if a source rests later on.
    if waits and one.outcome != Outcome.MISSED:
        wait = SOON_US if now < closes + _LATE_US else LATER_US
        return ExpectationVerdict(None, OutcomeReason.DATA_MISSING, look_at=now + wait)
    return ExpectationVerdict(Outcome.MISSED, OutcomeReason.NOT_DONE, (SOURCE, event_key(one)))


def event_key(one: Expectation) -> str:
    """Return the id of the event that says that an expectation was missed."""
    return f"{one.schedule_id}:{one.client_id}:{one.occurrence.day.isoformat()}"


def to_the_next(occurrences: Iterable[Occurrence], now: Instant) -> Iterator[Occurrence]:
    """Yield occurrences, in order, up to the first occurrence that has not opened yet."""
    for one in occurrences:
        yield one
        if one.opens > now:
            return


def is_for(facts: ScheduleFacts, at: Instant) -> bool:
    """Return whether a schedule is for the client at an instant."""
    stands = standing_at(facts.record, at)
    return stands.enrolled and stands.has(facts.wanted)


def known_through(
    feeds: Collection[Feed], kind: str, read_to: Instant, *, asked: bool = False
) -> Instant:
    """Return until when all events of a kind are known.

    A kind that no source has brought yet may come from any, unless clients are asked for it.

    Args:
        feeds: How the sources fare.
        kind: The kind of event.
        read_to: When sources were last read; that is how far one is known that can be read.
        asked: Whether clients are asked for it by text.
    """
    bringing = [feed for feed in feeds if kind in feed.kinds]
    if not bringing and not asked:
        bringing = list(feeds)
    return min((_known_through(feed, read_to) for feed in bringing), default=read_to)


def _known_through(feed: Feed, read_to: Instant) -> Instant:
    if feed.out_since is not None:
        return min(feed.read, feed.out_since)
    return read_to if feed.is_read else min(feed.read, read_to)


def _first(signs: Iterable[Sign], meaning: SignMeaning) -> tuple[str, str] | None:
    return next(((one.source, one.key) for one in signs if one.meaning == meaning), None)
