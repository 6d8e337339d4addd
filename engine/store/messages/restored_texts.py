"""The texts of a restored database that may have gone out since its backup."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, update

from engine.model.instant import Instant
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients, staff

_NUMBER = func.coalesce(
    outbox.c.phone,
    select(staff.c.phone).where(staff.c.id == outbox.c.staff_id).scalar_subquery(),
    select(clients.c.phone).where(clients.c.id == outbox.c.client_id).scalar_subquery(),
)
_WAITING = or_(outbox.c.state == "queued", outbox.c.state == "claimed")


def doubt(conn: Connection, now: Instant) -> int:
    """Let the carrier be asked about each text that waited, before it is sent.

    The daemon that the backup was taken from may have sent it since. A text that the carrier does
    not know goes out, if it may still.

    Returns:
        How many texts that is.
    """
    found = conn.execute(
        update(outbox)
        .where(_WAITING, outbox.c.bundle_id.is_(None), _NUMBER.is_not(None))
        .values(
            state="unknown",
            phone=_NUMBER,
            sent_at=func.coalesce(outbox.c.sent_at, outbox.c.created_at),
            claimed_by=None,
            lease_until=None,
            due_at=now,
            updated_at=now,
        )
    )
    return found.rowcount
