"""Settle what clients are due to do: read what happened, decide, and write what became of it.

It runs under the claims of an evaluation, before rules judge the same clients. So a missed event
and the alert it raises are made in one step, and two daemons never decide about one client.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.calendar.expectations import (
    event_key,
)
from engine.calendar.standing import next_change
from engine.flows.escalation import supporter_news
from engine.flows.schedules.client_plan import (
    ExpectationChange,
    KnownFacts,
    ScheduleContext,
    changed_from,
    decide_client,
    longest,
)
from engine.flows.schedules.seeds import Seeds, seeds_of
from engine.flows.schedules.support_words import texts_left
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.duration import Duration
from engine.model.event import NewEvent
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.schedule import (
    SOURCE,
    Expectation,
    Outcome,
)
from engine.store.alerts import due_clients
from engine.store.alerts.due_clients import Claim
from engine.store.intake import events, histories, source_health
from engine.store.messages import client_texts_out, outbox
from engine.store.messages.client_texts_out import NewClientText
from engine.store.operations import audit_log
from engine.store.people import agreements, supporters
from engine.store.schedules import changes, expectations

ACTOR = "schedules"


@dataclass(frozen=True, slots=True)
class DueDecisions:
    """What became of the expectations of claimed clients.

    Attributes:
        look_at: When each client is to be looked at again, by id; clients without expectations
            are left out.
        made: The changes that `write` writes.
    """

    look_at: Mapping[int, Instant]
    made: Sequence[ExpectationChange] = ()


def seeds(context: ScheduleContext) -> Seeds:
    """Return the seeds of the schedules that draw; missing ones are made first."""
    drawing = {name for name, one in context.schedules.items() if one.draws}
    return seeds_of(context.database, drawing, context.now)


def decide_due(
    conn: Connection,
    context: ScheduleContext,
    claims: Sequence[Claim],
    clients: Sequence[Client],
    drawn: Seeds,
) -> DueDecisions:
    """Decide about the expectations of claimed clients; `drawn` is the result of `seeds`."""
    known = replace(_read(conn, context, claims, clients), seeds=drawn)
    if not context.schedules and not known.stored:
        return DueDecisions({})
    made: list[ExpectationChange] = []
    look_at: dict[int, Instant] = {}
    for claim in claims:
        client = known.clients[claim.client_id]
        instants = [next_change(client.record, context.now)]
        for change, again in decide_client(context, known, client, claim):
            instants.append(again)
            if change is not None and (change.before != change.after or change.texts):
                made.append(change)
        if ahead := [at for at in instants if at is not None]:
            look_at[client.id] = min(ahead)
    return DueDecisions(look_at, made)


def write(
    conn: Connection,
    context: ScheduleContext,
    claims: Sequence[Claim],
    made: Sequence[ExpectationChange],
) -> None:
    """Write the changes of clients whose claims are still held."""
    held = due_clients.held(conn, claims)
    _write(conn, context, [one for one in made if one.after.client_id in held])


def _read(
    conn: Connection,
    context: ScheduleContext,
    claims: Sequence[Claim],
    clients: Sequence[Client],
) -> KnownFacts:
    ids = [claim.client_id for claim in claims]
    earliest = min(changed_from(claim, context.now) for claim in claims)
    stored = expectations.of_clients(conn, ids, earliest)
    if not context.schedules and not stored:
        return KnownFacts({}, {}, {}, ())
    opened = [one.occurrence.opens for some in stored.values() for one in some]
    since = min([earliest, *opened]) - longest(context.schedules.values())
    kinds = {kind for one in context.schedules.values() for kind in one.kinds}
    said = histories.events_between(conn, ids, kinds, since, context.now)
    asks = any(one.ask for one in context.schedules.values())
    texts = asks or any(one.notice for one in context.schedules.values())
    reminds = any(one.remind_supporters is not None for one in context.schedules.values())
    still_open = [one.id for some in stored.values() for one in some if one.outcome is None]
    asked = [one.id for some in stored.values() for one in some if one.asked_at is not None]
    went, in_doubt = client_texts_out.asked_of(conn, ids, asked) if asks else ((), ())
    return KnownFacts(
        {client.id: client for client in clients},
        stored,
        said,
        source_health.read(conn).values(),
        changes.of_clients(conn, ids),
        agreed=agreements.reachable(conn, ids) if texts else {},
        asked=went,
        in_doubt=in_doubt,
        sent=_sent(conn, ids, still_open, texts=texts, reminds=reminds),
    )


def _sent(
    conn: Connection, ids: Sequence[int], still_open: Sequence[int], *, texts: bool, reminds: bool
) -> set[tuple[str, int]]:
    """Return which texts about these expectations went to clients and supporters."""
    sent = client_texts_out.sent_about(conn, ids, still_open) if texts else set()
    if reminds:
        around = {one.id for ones in supporters.of_clients(conn, ids).values() for one in ones}
        sent |= outbox.sessions_told(conn, around, still_open)
    return sent


def _write(conn: Connection, context: ScheduleContext, made: Sequence[ExpectationChange]) -> None:
    """Write expectations and the events that some of them make; the claims of all are held."""
    expectations.add(conn, [one.after for one in made if one.before is None])
    asking = {one.after.client_id for one in made if one.texts}
    left = texts_left(conn, asking, context.now)
    turns = client_texts_out.turns(conn, context.now, context.apart)
    told = [_told(conn, one, left, turns, context.now) for one in made if one.before]
    expectations.change(conn, told)
    events.add(
        conn,
        [_event(one.after, context) for one in made if one.writes_event],
        context.now,
    )
    gone = [one.before for one in made if one.withdraws_event]
    keys = {event_key(one): _origin(one) for one in gone if one is not None}
    events.withdraw(conn, SOURCE, keys, context.now)
    _record(conn, made, context.now)


def _told(
    conn: Connection,
    change: ExpectationChange,
    left: dict[int, int],
    turns: Iterator[Duration],
    now: Instant,
) -> Expectation:
    """Send the client the texts that are due, if texts are `left` to them today."""
    one = change.after
    for text in change.texts:
        if text.kind == MessageKind.SUPPORTER_SESSION:
            supporter_news.remind_of_session(conn, one.client_id, one, now)
        elif left[one.client_id] > 0:
            left[one.client_id] -= 1
            expires_at, wait = one.occurrence.closes, next(turns)
            new = NewClientText(one.client_id, text.kind, one.id, text.body, expires_at, wait)
            client_texts_out.enqueue(conn, new, now)
        elif text.kind == MessageKind.ASK:
            one = replace(one, asked_at=None)
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


def _record(conn: Connection, made: Sequence[ExpectationChange], now: Instant) -> None:
    ended: dict[str, list[int]] = defaultdict(list)
    for one in made:
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
