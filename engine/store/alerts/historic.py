"""Open alerts that began too long ago for people to be told of each of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, func, select, update

from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.store.alerts.alerts import TOLD
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox

_UNTOLD = and_(alerts.c.state == "open", alerts.c.historic, alerts.c.told_at.is_(None), TOLD)
_OPENED = select(func.min(alerts.c.opened_at), func.max(alerts.c.opened_at)).where(_UNTOLD)
_IDS = select(alerts.c.id).where(_UNTOLD).order_by(alerts.c.id).limit(bindparam("most"))
_DIGESTS = (
    select(outbox.c.staff_id)
    .distinct()
    .where(outbox.c.kind == MessageKind.HISTORIC, outbox.c.created_at > bindparam("since"))
)
_SET_TOLD = (
    update(alerts)
    .where(alerts.c.id.in_(bindparam("ids", expanding=True)))
    .values(told_at=bindparam("now"))
)


def untold_since(conn: Connection) -> tuple[Instant, Instant] | None:
    """Return when the oldest and the newest alert that no digest told of opened; None for none."""
    first, last = conn.execute(_OPENED).one()
    return None if first is None else (first, last)


def untold(conn: Connection, most: int) -> list[int]:
    """Return the ids of at most so many alerts that no digest told of, the oldest first."""
    return list(conn.scalars(_IDS, {"most": most}))


def told_since(conn: Connection, since: Instant) -> frozenset[int]:
    """Return the staff who were told of such alerts after an instant."""
    return frozenset(conn.scalars(_DIGESTS, {"since": since}))


def set_told(conn: Connection, alert_ids: Sequence[int], now: Instant) -> None:
    """Record that a digest tells of these alerts."""
    conn.execute(_SET_TOLD, {"ids": list(alert_ids), "now": now})
