"""Mutes, and the alerts that waited for the end of one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, update

from engine.model.instant import Instant
from engine.model.mute import Mute
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts, mutes

_NOT_OVER = prepared(
    select(*[mutes.c[name] for name in Mute.__dataclass_fields__])
    .where(mutes.c.removed_at.is_(None), mutes.c.ended > bindparam("now"))
    .order_by(mutes.c.id)
)


def lasting(conn: Connection, now: Instant) -> list[Mute]:
    """Return the mutes that last at `now`, in the order of adding."""
    return [Mute(*row) for row in conn.execute(_NOT_OVER, {"now": now})]


def add(
    conn: Connection,
    client_id: int | None,
    rule_id: str | None,
    ended: Instant,
    why: str,
    now: Instant,
) -> Mute:
    """Mute a client or a rule from now on."""
    row = {"client_id": client_id, "rule_id": rule_id, "began": now, "ended": ended, "why": why}
    added = conn.scalar(insert(mutes).values(row).returning(mutes.c.id))
    assert added is not None
    return Mute(added, client_id, rule_id, now, ended, why)


def remove(conn: Connection, mute: Mute, now: Instant) -> None:
    """End a mute before its time, and let what waited for its end be told now."""
    conn.execute(update(mutes).where(mutes.c.id == mute.id).values(removed_at=now))
    waiting = and_(_covered(mute), alerts.c.next_step_at == mute.ended)
    conn.execute(update(alerts).where(waiting).values(next_step_at=now, step_set_at=now))
    reminded_later = and_(_covered(mute), alerts.c.told_at > now)
    conn.execute(update(alerts).where(reminded_later).values(told_at=now))


def clients_of(conn: Connection, mute: Mute) -> list[int]:
    """Return the clients with an unresolved alert that a mute covers."""
    return list(conn.scalars(select(alerts.c.client_id).distinct().where(_covered(mute))))


def _covered(mute: Mute) -> ColumnElement[bool]:
    of_mute = (
        alerts.c.rule_id == mute.rule_id
        if mute.client_id is None
        else alerts.c.client_id == mute.client_id
    )
    unresolved = or_(*(alerts.c.state == word for word in ("open", "snoozed", "acknowledged")))
    return and_(of_mute, unresolved)
