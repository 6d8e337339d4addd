"""The last change of an alert that a person made."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.model.alert import AlertState
from engine.model.instant import Instant
from engine.store.tables.alerts import alert_transitions


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last change of an alert that a person made."""

    alert_id: int
    from_state: AlertState | None
    to_state: AlertState
    why: str


def last_change_by(
    conn: Connection, actor: str, alert_id: int | None, since: Instant
) -> LastChange | None:
    """Read the newest change that an actor made, if it is still the newest of its alert.

    Args:
        conn: The connection to read from.
        actor: The actor, such as `staff 3`.
        alert_id: Only changes of this alert, or None for all alerts.
        since: Only changes from this instant on.

    Returns:
        The change, or None.
    """
    made = alert_transitions
    wanted = select(made.c.id, made.c.alert_id, made.c.from_state, made.c.to_state, made.c.why)
    wanted = wanted.where(made.c.actor == actor, made.c.at >= since)
    if alert_id is not None:
        wanted = wanted.where(made.c.alert_id == alert_id)
    row = conn.execute(wanted.order_by(made.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    newest = select(func.max(made.c.id)).where(made.c.alert_id == row.alert_id)
    if conn.scalar(newest) != row.id:
        return None
    return LastChange(row.alert_id, row.from_state, row.to_state, row.why)
