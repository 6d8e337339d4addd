"""The texts of the day to the admins: the last one to each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.model.instant import Instant
from engine.model.message import MessageKind, OutboxState
from engine.model.staff import shown
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff

_SINCE = (
    select(
        staff.c.ref,
        staff.c.call_name,
        outbox.c.state,
        outbox.c.due_at,
        outbox.c.sent_at,
        outbox.c.updated_at,
        outbox.c.error_code,
    )
    .join(outbox, outbox.c.staff_id == staff.c.id)
    # The columns of an index; the sequence is when the text was due.
    .where(outbox.c.alert_id.is_(None), outbox.c.step == 0)
    .where(outbox.c.kind == MessageKind.CANARY, outbox.c.sequence >= bindparam("since"))
    .order_by(outbox.c.created_at, outbox.c.id)
)


@dataclass(frozen=True, slots=True)
class Canary:
    """The last text of the day to an admin.

    Attributes:
        staff: The admin, as pages name them.
        due_at: When it was to go.
        sent_at: When it was handed to the carrier; None before.
        updated_at: When its state last changed.
        error_code: The carrier's error.
    """

    staff: str
    state: OutboxState
    due_at: Instant
    sent_at: Instant | None
    updated_at: Instant
    error_code: str | None


def newest(conn: Connection, since: Instant) -> list[Canary]:
    """Return the last text of the day to each admin, due since an instant."""
    found = {}
    for ref, call_name, *rest in conn.execute(_SINCE, {"since": since}):
        found[ref] = Canary(shown(ref, call_name), *rest)
    return [found[ref] for ref in sorted(found)]
