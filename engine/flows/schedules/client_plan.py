"""Decide about one client's expectations from the facts that were read; nothing is read here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from engine.calendar.draws import draw_days
from engine.calendar.expectations import (
    ExpectationVerdict,
    QuestionState,
    ScheduleFacts,
    decide,
    is_for,
    known_through,
    to_the_next,
)
from engine.calendar.occurrences import local_day, occurrences
from engine.calendar.standing import ever_has
from engine.flows.schedules.due_texts import (
    DueText,
    TextDecision,
    TextFacts,
    texts_due,
)
from engine.model.agreement import Agreement
from engine.model.client import Client
from engine.model.duration import Duration
from engine.model.event import read_fields
from engine.model.instant import DAY_US, SECOND_US, Instant
from engine.model.local_time import first_reached_in_zones
from engine.model.message import MessageKind
from engine.model.outages import Feed
from engine.model.schedule import (
    SOURCE,
    ChangeKind,
    DrawnDays,
    DrawSeed,
    Expectation,
    Occurrence,
    Outcome,
    OutcomeReason,
    RandomDraws,
    ScheduleChange,
    Sign,
    Timing,
)
from engine.rulebook.plans.plans import Schedule
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.intake.histories import TimedEvent

# How far ahead the next occurrence is looked for.
_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What all decisions of a run share.

    Attributes:
        schedules: Those that serve and are live, by id.
        since: When they began to serve; occurrences that were due before do not count.
        read_to: When sources were last read.
        apart: How far apart texts to clients go out.
    """

    database: Database
    schedules: Mapping[str, Schedule]
    since: Instant
    read_to: Instant
    now: Instant
    apart: Duration = SECOND_US


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """The facts that are read about some clients.

    `stored`, `said` and `agreed` are by client id, `changed` by client id and schedule, and `seeds`
    by schedule. `asked` are the ids of expectations whose question went out, and `in_doubt` those
    where no carrier says yet whether it did. `sent` are the kind and the expectation of each
    reminder and notice; `feeds` are those of all sources.
    """

    clients: Mapping[int, Client]
    stored: Mapping[int, Sequence[Expectation]]
    said: Mapping[int, Sequence[TimedEvent]]
    feeds: Collection[Feed]
    changed: Mapping[tuple[int, str], Sequence[ScheduleChange]] = field(default_factory=dict)
    seeds: Mapping[str, Sequence[DrawSeed]] = field(default_factory=dict)
    agreed: Mapping[int, Agreement] = field(default_factory=dict)
    asked: Collection[int] = ()
    in_doubt: Collection[int] = ()
    sent: Collection[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class ExpectationChange:
    """An expectation as it is stored, None if it is new, and as it stands from now on.

    `texts` go to the client now.
    """

    before: Expectation | None
    after: Expectation
    texts: tuple[DueText, ...] = ()

    @property
    def writes_event(self) -> bool:
        """Whether an event has to say that it was missed."""
        return _own_event(self.after) is not None and _own_event(self.before) is None

    @property
    def withdraws_event(self) -> bool:
        """Whether the event that says that it was missed is no longer true."""
        return _own_event(self.before) is not None and _own_event(self.after) is None


def changed_from(claim: Claim, now: Instant) -> Instant:
    """From when a client's expectations may change."""
    reached = now if claim.evaluated_to is None else claim.evaluated_to
    return min(reached, now, reached if claim.dirty_from is None else claim.dirty_from)


def longest(schedules: Collection[Schedule]) -> Duration:
    """Return the longest time from the opening to the close of what these schedules expect."""
    timings = [one.timing for one in schedules]
    return max((_span(one) for one in timings), default=0)


def _span(timing: Timing) -> Duration:
    # A day without a window begins at midnight, and the longest day of the year has 25 hours.
    return (timing.window or 2 * DAY_US) + timing.grace


def decide_client(
    context: ScheduleContext, known: KnownFacts, client: Client, claim: Claim
) -> Iterator[tuple[ExpectationChange | None, Instant | None]]:
    """Yield changes, each perhaps with an instant at which to look again."""
    stored: dict[str, list[Expectation]] = defaultdict(list)
    for one in known.stored.get(client.id, ()):
        stored[one.schedule_id].append(one)
    for schedule_id in sorted(context.schedules.keys() | stored.keys()):
        standing, schedule = stored[schedule_id], context.schedules.get(schedule_id)
        if schedule and not standing and not ever_has(client.record, schedule.wanted):
            continue
        if schedule is None:
            still_open = [one for one in standing if one.outcome is None]
            facts = ScheduleFacts((), {}, (), context.now, context.now, context.now)
            decided = decide(still_open, (), facts)
        else:
            facts = _facts(context, known, client, schedule, standing)
            start = min(
                [changed_from(claim, context.now), *(one.occurrence.opens for one in standing)]
            )
            expected = _expected(context, known, client, schedule, start, standing)
            # A wrong clock may have accepted the schedules ahead of now.
            since = max(min(context.since, context.now), claim.evaluated_to or context.now)
            new = _new(client, schedule, standing, expected, since, facts)
            decided = decide([*standing, *new], expected, facts)
            yield None, _next_opening(decided, expected, facts)
            yield None, _next_draw(client, schedule, facts)
        before = {one.id: one for one in standing}
        for one, verdict in decided:
            after = _after(one, verdict, context.now)
            texts = _texts(schedule, client, known, after, context.now)
            due = tuple(one.text for one in texts if one.text)
            asked = any(text.kind == MessageKind.ASK for text in due)
            after = replace(after, asked_at=context.now) if asked else after
            yield ExpectationChange(before.get(one.id), after, due), verdict.look_at
            yield from ((None, text.look_at) for text in texts)


def _texts(
    schedule: Schedule | None, client: Client, known: KnownFacts, one: Expectation, now: Instant
) -> list[TextDecision]:
    if schedule is None:
        return []
    facts = TextFacts(known.agreed.get(client.id), known.asked, known.sent)
    return texts_due(schedule, client, facts, one, now)


def _facts(
    context: ScheduleContext,
    known: KnownFacts,
    client: Client,
    schedule: Schedule,
    standing: Sequence[Expectation],
) -> ScheduleFacts:
    signs = [
        Sign(event.at, meaning, event.source, event.key)
        for event in known.said.get(client.id, ())
        if event.kind in schedule.kinds
        and event.source != SOURCE
        and (meaning := schedule.meaning(event.kind, read_fields(event.fields))) is not None
    ]
    asks = schedule.ask is not None
    through = min(
        known_through(known.feeds, kind, context.read_to, asked=asks) for kind in schedule.kinds
    )
    questions = _questions(known, standing) if asks else None
    excused = {
        one.first
        for one in known.changed.get((client.id, schedule.id), ())
        if one.kind == ChangeKind.EXCUSED
    }
    return ScheduleFacts(
        client.record,
        schedule.wanted,
        signs,
        through,
        context.read_to,
        context.now,
        questions,
        excused,
    )


def _questions(known: KnownFacts, standing: Sequence[Expectation]) -> Mapping[date, QuestionState]:
    """Return what is known of the question about each day, except where it did not go out.

    A day that was missed before its schedule began to ask stays so.
    """
    found = {}
    for one in standing:
        before = one.asked_at is None and one.reason == OutcomeReason.NOT_DONE
        if one.id in known.asked or before:
            found[one.occurrence.day] = QuestionState.ASKED
        elif one.id in known.in_doubt:
            found[one.occurrence.day] = QuestionState.IN_DOUBT
    return found


def _expected(
    context: ScheduleContext,
    known: KnownFacts,
    client: Client,
    schedule: Schedule,
    start: Instant,
    standing: Sequence[Expectation],
) -> list[Occurrence]:
    """Return the occurrences that close from `start` on, up to the next one to open.

    An open expectation is reached too, because an appointment may have come in before it.
    """
    timing = schedule.timing
    first = local_day(start - _span(timing), client.zones)
    last = local_day(context.now, client.zones)
    if isinstance(timing.on, RandomDraws):
        # Nobody can read ahead of time which day is drawn next.
        drawn = drawn_days(client, schedule, known.seeds.get(schedule.id, ()), last)
        timing = replace(timing, on=DrawnDays(tuple(drawn)))
    else:
        last += _AHEAD
    own = known.changed.get((client.id, schedule.id), ())
    found = occurrences(timing, client.record, client.zones, first, last, own)
    newest = max((one.occurrence.opens for one in standing if one.outcome is None), default=0)
    reached = max(context.now, newest - 1)
    return list(to_the_next((one for one in found if one.closes >= start), reached))


def drawn_days(
    client: Client, schedule: Schedule, seeds: Sequence[DrawSeed], last: date
) -> Iterator[date]:
    """Yield the days that are drawn for a client until the last one, in order.

    Gaps are counted from the newest enrolment, or from the day of the first seed if that is later.
    """
    assert isinstance(schedule.timing.on, RandomDraws)
    begins = draws_begin(client, seeds)
    if begins is None:
        return iter(())
    by_month = {one.month: one.seed for one in seeds}
    return draw_days(schedule.timing.on, schedule.id, client.ref, by_month, begins, last)


def draws_begin(client: Client, seeds: Sequence[DrawSeed]) -> date | None:
    """Return the day from which a client's gaps are counted; None before there is one."""
    enrolled = [entry.at for entry in client.record if entry.entry == "enrolled"]
    if not enrolled or not seeds:
        return None
    return max(local_day(max(enrolled), client.zones), min(one.made_on for one in seeds))


def _new(
    client: Client,
    schedule: Schedule,
    standing: Sequence[Expectation],
    expected: Sequence[Occurrence],
    since: Instant,
    facts: ScheduleFacts,
) -> list[Expectation]:
    known = {one.occurrence.day for one in standing}
    return [
        Expectation(client.id, schedule.id, one)
        for one in expected
        if one.day not in known and one.due > since and is_for(facts, one.due)
    ]


def _next_opening(
    decided: Sequence[tuple[Expectation, ExpectationVerdict]],
    expected: Sequence[Occurrence],
    facts: ScheduleFacts,
) -> Instant | None:
    """When the occurrence after one that has ended ahead of its time becomes an expectation."""
    if not expected or expected[-1].opens <= facts.now or not is_for(facts, expected[-1].due):
        return None
    is_open = any(
        one.occurrence.day == expected[-1].day and verdict.outcome is None
        for one, verdict in decided
    )
    return None if is_open else expected[-1].opens


def _next_draw(client: Client, schedule: Schedule, facts: ScheduleFacts) -> Instant | None:
    """Return when the next day is drawn or not: at the client's midnight."""
    if not isinstance(schedule.timing.on, RandomDraws) or not is_for(facts, facts.now):
        return None
    tomorrow = local_day(facts.now, client.zones) + timedelta(days=1)
    return first_reached_in_zones(datetime.combine(tomorrow, time()), client.zones)


def _after(one: Expectation, verdict: ExpectationVerdict, now: Instant) -> Expectation:
    ended_at = one.ended_at if verdict.outcome == one.outcome else now
    return replace(
        one,
        outcome=verdict.outcome,
        reason=verdict.reason,
        event=verdict.event,
        ended_at=None if verdict.outcome is None else ended_at,
    )


def _own_event(one: Expectation | None) -> tuple[str, str] | None:
    """Return the event of ours that says that an expectation was missed, if there is one."""
    missed = one is not None and one.outcome == Outcome.MISSED and one.event is not None
    return one.event if one and missed and one.event and one.event[0] == SOURCE else None
