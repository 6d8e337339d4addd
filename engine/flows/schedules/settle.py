"""Settle what clients are due to do: read what happened, decide, and write what became of it.

It runs under the claims of an evaluation, before rules judge the same clients. So a missed event
and the alert it raises are made in one step, and two daemons never decide about one client.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.calendar.expectations import (
    ExpectationVerdict,
    ScheduleFacts,
    decide,
    event_key,
    is_for,
    known_through,
    to_the_next,
)
from engine.calendar.occurrences import local_day, occurrences
from engine.calendar.standing import next_change
from engine.model.agreement import Agreement
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.duration import Duration
from engine.model.event import NewEvent, read_fields
from engine.model.instant import DAY_US, Instant
from engine.model.local_time import first_reached
from engine.model.message import MessageKind
from engine.model.outages import Feed
from engine.model.schedule import SOURCE, Expectation, Occurrence, Outcome, Sign, Timing
from engine.rulebook.plans.plans import Schedule
from engine.store.alerts import due_clients
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.intake import events, histories, source_health
from engine.store.intake.histories import TimedEvent
from engine.store.messages import client_texts_out
from engine.store.operations import audit_log
from engine.store.people import agreements
from engine.store.schedules import expectations

ACTOR = "schedules"
# Texts that a client gets in 24 hours at most.
MOST_A_DAY = 4
# How far ahead the next occurrence is looked for.
_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """What all decisions of a run share.

    Attributes:
        schedules: Those that serve and are live, by id.
        since: When they began to serve; occurrences that were due before do not count.
        read_to: When sources were last read.
    """

    database: Database
    schedules: Mapping[str, Schedule]
    since: Instant
    read_to: Instant
    now: Instant


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts that are read about some clients.

    `stored`, `said` and `agreed` are by client id; `asked` are the ids of expectations whose
    question went out; `feeds` are those of all sources.
    """

    clients: Mapping[int, Client]
    stored: Mapping[int, Sequence[Expectation]]
    said: Mapping[int, Sequence[TimedEvent]]
    feeds: Collection[Feed]
    agreed: Mapping[int, Agreement] = field(default_factory=dict)
    asked: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    """An expectation as it is stored, None if it is new, and as it stands from now on.

    `question` is the text by which the client is asked now.
    """

    before: Expectation | None
    after: Expectation
    question: str = ""

    @property
    def writes_event(self) -> bool:
        """Whether an event has to say that it was missed."""
        return _own_event(self.after) is not None and _own_event(self.before) is None

    @property
    def withdraws_event(self) -> bool:
        """Whether the event that says that it was missed is no longer true."""
        return _own_event(self.before) is not None and _own_event(self.after) is None


def settle(context: ScheduleContext, claims: Sequence[Claim]) -> dict[int, Instant]:
    """Decide about the expectations of claimed clients, and write what changed.

    Returns:
        When each client is to be looked at again, by id; clients without expectations are left out.
    """
    known = _read(context, claims)
    if not context.schedules and not known.stored:
        return {}
    changes: list[_Change] = []
    look_at: dict[int, Instant] = {}
    for claim in claims:
        client = known.clients[claim.client_id]
        instants = [next_change(client.record, context.now)]
        for change, again in _decide_client(context, known, client, claim):
            instants.append(again)
            if change is not None and change.before != change.after:
                changes.append(change)
        if ahead := [at for at in instants if at is not None]:
            look_at[client.id] = min(ahead)
    if changes:
        with context.database.write() as conn:
            held = due_clients.held(conn, claims)
            _write(conn, context, [one for one in changes if one.after.client_id in held])
    return look_at


def _read(context: ScheduleContext, claims: Sequence[Claim]) -> _Known:
    ids = [claim.client_id for claim in claims]
    earliest = min(_since(claim, context.now) for claim in claims)
    with context.database.read() as conn:
        stored = expectations.of_clients(conn, ids, earliest)
        if not context.schedules and not stored:
            return _Known({}, {}, {}, ())
        opened = [one.occurrence.opens for some in stored.values() for one in some]
        since = min([earliest, *opened]) - _longest(context.schedules.values())
        kinds = {one.kind for one in context.schedules.values()}
        said = histories.events_between(conn, ids, kinds, since, context.now)
        asks = any(one.ask for one in context.schedules.values())
        asked = [one.id for some in stored.values() for one in some if one.asked_at is not None]
        return _Known(
            {client.id: client for client in histories.read_clients(conn, ids)},
            stored,
            said,
            source_health.read(conn).values(),
            agreements.reachable(conn, ids) if asks else {},
            client_texts_out.asked_of(conn, ids, asked) if asks else (),
        )


def _since(claim: Claim, now: Instant) -> Instant:
    """From when a client's expectations may change."""
    reached = now if claim.evaluated_to is None else claim.evaluated_to
    return min(reached, now, reached if claim.dirty_from is None else claim.dirty_from)


def _longest(schedules: Collection[Schedule]) -> Duration:
    """Return the longest time from the opening to the close of what these schedules expect."""
    timings = [one.timing for one in schedules]
    return max((_span(one) for one in timings), default=0)


def _span(timing: Timing) -> Duration:
    # A day without a window begins at midnight, and the longest day of the year has 25 hours.
    return (timing.window or 2 * DAY_US) + timing.grace


def _decide_client(
    context: ScheduleContext, known: _Known, client: Client, claim: Claim
) -> Iterator[tuple[_Change | None, Instant | None]]:
    """Yield changes, each perhaps with an instant at which to look again."""
    stored: dict[str, list[Expectation]] = defaultdict(list)
    for one in known.stored.get(client.id, ()):
        stored[one.schedule_id].append(one)
    for schedule_id in sorted(context.schedules.keys() | stored.keys()):
        standing, schedule = stored[schedule_id], context.schedules.get(schedule_id)
        if schedule is None:
            still_open = [one for one in standing if one.outcome is None]
            facts = ScheduleFacts((), {}, (), context.now, context.now)
            decided = decide(still_open, (), facts)
        else:
            facts = _facts(context, known, client, schedule, standing)
            expected = _expected(context, client, schedule, standing, _since(claim, context.now))
            since = max(context.since, claim.evaluated_to or context.now)
            new = _new(client, schedule, standing, expected, since, facts)
            decided = decide([*standing, *new], expected, facts)
            yield None, _next_opening(decided, expected, facts)
        before = {one.id: one for one in standing}
        for one, verdict in decided:
            after = _after(one, verdict, context.now)
            look_at, question = _asking(schedule, client, known, after, context.now)
            asked = replace(after, asked_at=context.now) if question else after
            yield _Change(before.get(one.id), asked, question), look_at
            yield None, verdict.look_at


def _asking(
    schedule: Schedule | None, client: Client, known: _Known, one: Expectation, now: Instant
) -> tuple[Instant | None, str]:
    """When to ask a client of an open expectation, or the text by which to ask now."""
    agreed = known.agreed.get(client.id)
    done = one.outcome is not None or one.asked_at is not None or one.occurrence.due <= now
    if schedule is None or schedule.ask is None or agreed is None or done:
        return None, ""
    ask_at = first_reached(datetime.combine(one.occurrence.day, schedule.ask.at), client.timezone)
    if ask_at > now:
        return ask_at, ""
    # One that is new has no id yet, by which its text is told from others.
    return (now + 1, "") if one.id == 0 else (None, schedule.ask.questions.words(agreed.language))


def _facts(
    context: ScheduleContext,
    known: _Known,
    client: Client,
    schedule: Schedule,
    standing: Sequence[Expectation],
) -> ScheduleFacts:
    signs = [
        Sign(event.at, meaning, event.source, event.key)
        for event in known.said.get(client.id, ())
        if event.kind == schedule.kind
        and event.source != SOURCE
        and (meaning := schedule.meaning(read_fields(event.fields))) is not None
    ]
    through = known_through(known.feeds, schedule.kind, context.read_to)
    unasked = (
        {one.occurrence.day for one in standing if one.id not in known.asked}
        if schedule.ask
        else ()
    )
    return ScheduleFacts(client.record, schedule.wanted, signs, through, context.now, unasked)


def _expected(
    context: ScheduleContext,
    client: Client,
    schedule: Schedule,
    standing: Sequence[Expectation],
    since: Instant,
) -> list[Occurrence]:
    """Return the schedule's expectations, from all in question up to the next to open."""
    start = min([since, *(one.occurrence.opens for one in standing)])
    first = local_day(start - _span(schedule.timing), client.zones)
    last = local_day(context.now, client.zones) + _AHEAD
    found = occurrences(schedule.timing, client.record, client.zones, first, last)
    return list(to_the_next((one for one in found if one.closes >= start), context.now))


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


def _write(conn: Connection, context: ScheduleContext, changes: Sequence[_Change]) -> None:
    """Write expectations and the events that some of them make; the claims of all are held."""
    expectations.add(conn, [one.after for one in changes if one.before is None])
    expectations.change(conn, [_asked(conn, one, context.now) for one in changes if one.before])
    events.add(
        conn,
        [_event(one.after, context) for one in changes if one.writes_event],
        context.now,
    )
    gone = [one.before for one in changes if one.withdraws_event]
    keys = {event_key(one): _origin(one) for one in gone if one is not None}
    events.withdraw(conn, SOURCE, keys, context.now)
    _record(conn, changes, context.now)


def _asked(conn: Connection, change: _Change, now: Instant) -> Expectation:
    """Ask the client if that is due, unless they had as many texts today as they may get."""
    one = change.after
    if not change.question:
        return one
    a_day_ago = now - DAY_US
    if client_texts_out.count_since(conn, one.client_id, a_day_ago) >= MOST_A_DAY:
        return replace(one, asked_at=None)
    closes = one.occurrence.closes
    client_texts_out.enqueue(
        conn, one.client_id, MessageKind.ASK, one.id, change.question, now, closes
    )
    return one


def _event(one: Expectation, context: ScheduleContext) -> NewEvent:
    """Return the event that says that an expectation was missed, at the end of its grace."""
    schedule = context.schedules[one.schedule_id]
    return NewEvent(
        one.client_id,
        schedule.kind,
        one.occurrence.closes,
        SOURCE,
        event_key(one),
        schedule.missed_fields,
        None,
        _origin(one),
    )


def _origin(one: Expectation) -> str:
    # An origin ends in a line, and a schedule has none.
    return f"schedule {one.schedule_id}:1"


def _record(conn: Connection, changes: Sequence[_Change], now: Instant) -> None:
    ended: dict[str, list[int]] = defaultdict(list)
    for one in changes:
        if one.after.outcome not in {None, Outcome.KEPT}:
            ended[str(one.after.outcome)].append(one.after.client_id)
    if ended:
        audit_log.record(
            conn,
            at=now,
            actor=ACTOR,
            action=AuditAction.EXPECTATIONS_ENDED,
            subject="expectations",
            detail=dict(ended),
        )
