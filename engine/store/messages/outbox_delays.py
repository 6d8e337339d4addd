"""Delays of the outbox: messages that wait too long, and phones that texts do not reach."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, func, select

from engine.model.instant import LAST_US, MINUTE_US, Instant
from engine.model.message import FOLLOW_UPS, URGENT
from engine.model.staff import shown
from engine.store.database.prepared import prepared
from engine.store.people import opt_outs
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff

_URGENT = prepared(
    select(outbox.c.id)
    .where(
        outbox.c.state == "queued",
        outbox.c.urgency == URGENT,
        outbox.c.due_at <= bindparam("now"),
        outbox.c.created_at <= bindparam("made_before"),
        outbox.c.bundle_id.is_(None),
    )
    .limit(1)
)
# Calls and e-mails wait by intention, and an answering machine is no fault of a phone.
_A_TEXT = outbox.c.kind.not_in(FOLLOW_UPS)
# An urgent message that waits longer is a broken promise.
URGENT_WITHIN_US = MINUTE_US


def urgent_due(conn: Connection, now: Instant) -> bool:
    """Return whether an urgent message waits to be sent."""
    return conn.scalar(_URGENT, {"now": now, "made_before": now}) is not None


def urgent_overdue(conn: Connection, now: Instant) -> int:
    """Return how many urgent messages have waited for longer than is promised."""
    texts = _URGENT.where(_A_TEXT).limit(None)
    waiting = select(func.count()).select_from(texts.subquery())
    return conn.scalar(waiting, {"now": LAST_US, "made_before": now - URGENT_WITHIN_US}) or 0


@dataclass(frozen=True, slots=True)
class DeafPhone:
    """A phone that the last text did not reach: whose it is, and the carrier's error."""

    staff: str  # as pages name them
    error_code: str | None


def deaf_phones(conn: Connection, since: Instant) -> list[DeafPhone]:
    """Return the phones that refused or lost the last text to them, by their owner's ref.

    Args:
        conn: The connection to read from.
        since: Only texts that were due since then.

    Returns:
        Phones of active staff and mentors who did not opt out.
    """
    later = outbox.alias()
    reached = select(later.c.id).where(
        later.c.staff_id == outbox.c.staff_id,
        later.c.id > outbox.c.id,
        later.c.state.in_(("accepted", "sent", "delivered")),
        later.c.kind.not_in(FOLLOW_UPS),
    )
    lost = and_(
        _A_TEXT,
        outbox.c.state.in_(("failed", "undelivered")),
        outbox.c.due_at >= since,
        outbox.c.error_code.is_not(None),
    )
    wanted = (
        select(staff.c.ref, staff.c.call_name, staff.c.phone, outbox.c.error_code)
        .join(staff, staff.c.id == outbox.c.staff_id)
        .where(lost, staff.c.active, outbox.c.phone == staff.c.phone, ~reached.exists())
        .order_by(staff.c.ref, outbox.c.id)
    )
    opted_out = opt_outs.numbers(conn)
    last = {row.ref: row for row in conn.execute(wanted) if row.phone not in opted_out}
    return [DeafPhone(shown(row.ref, row.call_name), row.error_code) for row in last.values()]


def overdue(conn: Connection, before: Instant) -> int:
    """Return how many claims ran out before `before` and were never looked into."""
    lost = and_(outbox.c.state.in_(("claimed", "unknown")), outbox.c.lease_until < before)
    return conn.scalar(select(func.count()).select_from(outbox).where(lost)) or 0
