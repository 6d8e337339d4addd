"""The agenda: when the next work is due, by the tables."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from engine.model.instant import Instant
from engine.store.alerts.alerts import WAITS
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.messages import outbox

_AT_ONCE = 0


class Agenda(NamedTuple):
    """The instant at which each flow next has work; None if nothing comes due by itself.

    An instant in the past is overdue. `evaluate` is 1970 if a client's data changed.
    """

    evaluate: Instant | None
    deliver: Instant | None

    @property
    def next_instant(self) -> Instant | None:
        """The earlier of the two."""
        return min((at for at in self if at is not None), default=None)


_DIRTY = select(func.count()).where(evaluations.c.dirty_from.is_not(None)).scalar_subquery()
_CLIENT = select(func.min(evaluations.c.next_due_at)).scalar_subquery()
_STEP = select(func.min(alerts.c.next_step_at)).where(WAITS).scalar_subquery()
_MESSAGE = (
    select(func.min(outbox.c.due_at)).where(
        or_(outbox.c.state == "queued", outbox.c.state == "unknown")
    )
).scalar_subquery()
_WANTED = prepared(
    select(
        _DIRTY.label("dirty"),
        _CLIENT.label("client"),
        _STEP.label("step"),
        _MESSAGE.label("message"),
    )
)


def read(conn: Connection, reminder: Instant | None) -> Agenda:
    """Return when the next work is due.

    `reminder` is when people are next told again of an alert.
    """
    row = conn.execute(_WANTED).one()
    known = [
        at
        for at in (_AT_ONCE if row.dirty else None, row.client, row.step, reminder)
        if at is not None
    ]
    return Agenda(min(known, default=None), row.message)
