"""Skipped recipients: people whom a step names and who were not told, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from engine.model.instant import Instant
from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.model.staff import SkippedRecipient
from engine.store.tables.alerts import skipped_recipients
from engine.store.tables.people import staff


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """A recipient who was not told; `staff_ref` is None if nobody has the role."""

    at: Instant
    role: str
    staff_ref: str | None
    reason: NotifyReason | SettlementReason
    stand_in_ref: str | None
    rotation: str | None


def add(
    conn: Connection, alert_id: int, left_out: Sequence[SkippedRecipient], now: Instant
) -> None:
    """Record who is not told of an alert."""
    rows = [
        {"alert_id": alert_id, "at": now, **{name: getattr(one, name) for name in _SAID}}
        for one in left_out
    ]
    if rows:
        conn.execute(insert(skipped_recipients), rows)


def of_alert(conn: Connection, alert_id: int) -> list[SkippedEntry]:
    """Return everybody who was not told of an alert, in the order of time."""
    role = func.coalesce(skipped_recipients.c.role, staff.c.role).label("role")
    said = (skipped_recipients.c.reason, _stand_in.c.ref, skipped_recipients.c.rotation)
    wanted = (
        select(skipped_recipients.c.at, role, staff.c.ref, *said)
        .outerjoin(staff, staff.c.id == skipped_recipients.c.staff_id)
        .outerjoin(_stand_in, _stand_in.c.id == skipped_recipients.c.stand_in_id)
        .where(skipped_recipients.c.alert_id == alert_id)
        .order_by(skipped_recipients.c.id)
    )
    return [
        SkippedEntry(at, role, ref, _REASONS[reason], stand_in, rotation)
        for at, role, ref, reason, stand_in, rotation in conn.execute(wanted)
    ]


_stand_in = staff.alias()
_SAID = ("role", "staff_id", "reason", "stand_in_id", "rotation")
_REASONS = {one.value: one for one in (*NotifyReason, *SettlementReason)}
