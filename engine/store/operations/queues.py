"""Queues: the work that waits now, and the work that comes due within a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select

from engine.model.instant import Instant
from engine.store.alerts.alerts import WAITS
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.messages import outbox
from engine.store.tables.schedules import expectations


@dataclass(frozen=True, slots=True)
class Queue:
    """Work of one sort: how much of it there is, and the instant of the oldest; None if none."""

    name: str
    number: int
    oldest: Instant | None


def waiting(conn: Connection, now: Instant) -> list[Queue]:
    """Return the work that flows have to do now."""
    changed = evaluations.c.dirty_from.is_not(None)
    due = or_(changed, evaluations.c.next_due_at <= now)
    unsent = and_(outbox.c.state == "queued", outbox.c.due_at <= now, outbox.c.bundle_id.is_(None))
    on_the_way = outbox.c.state.in_(("claimed", "unknown"))
    return [
        Queue("clients to evaluate", *conn.execute(
            select(func.count(), func.min(evaluations.c.next_due_at)).where(due)
        ).one()),
        Queue("alerts whose next step is due", *_between(
            conn, alerts.c.next_step_at, WAITS, 0, now
        )),
        Queue("texts to send", *_between(conn, outbox.c.due_at, unsent, 0, now)),
        Queue("texts that are being sent or looked up", *conn.execute(
            select(func.count(), func.min(outbox.c.created_at)).where(on_the_way)
        ).one()),
    ]  # fmt: skip


def coming(conn: Connection, now: Instant, until: Instant) -> list[Queue]:
    """Return the work that comes due after `now` and up to `until`."""
    unended = expectations.c.outcome.is_(None)
    queued = outbox.c.state == "queued"
    sorts = {
        "expectations": (expectations.c.due_at, unended),
        "clients to evaluate": (evaluations.c.next_due_at, evaluations.c.dirty_from.is_(None)),
        "steps of alerts": (alerts.c.next_step_at, WAITS),
        "texts": (outbox.c.due_at, and_(queued, outbox.c.bundle_id.is_(None))),
    }
    return [
        Queue(name, *_between(conn, due_at, which, now, until))
        for name, (due_at, which) in sorts.items()
    ]


def _between(
    conn: Connection,
    due_at: Column[Instant],
    which: ColumnElement[bool],
    after: Instant,
    until: Instant,
) -> tuple[int, Instant | None]:
    wanted = select(func.count(), func.min(due_at)).where(which, due_at > after, due_at <= until)
    number, oldest = conn.execute(wanted).one()
    return number, oldest
