"""What a supervisor looks after: alerts that nobody closes, and texts that nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from engine.model.instant import Instant
from engine.store.alerts.severity_order import RANK, UNRESOLVED
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.messages import inbox
from engine.store.tables.people import assignments, clients

_TO_ACT_ON = and_(UNRESOLVED, ~alerts.c.historic, alerts.c.inhibited_by.is_(None))
_OF_STATE = {
    state: select(alerts.c.id)
    .where(alerts.c.state == state, _TO_ACT_ON)
    .order_by(RANK, alerts.c.opened_at, alerts.c.client_id, alerts.c.id)
    for state in ("open", "acknowledged")
}
_TAKEN = (
    select(alert_transitions.c.alert_id, func.max(alert_transitions.c.at))
    .where(
        alert_transitions.c.alert_id.in_(bindparam("ids", expanding=True)),
        alert_transitions.c.to_state == "acknowledged",
    )
    .group_by(alert_transitions.c.alert_id)
)
_WAITING = (
    select(
        inbox.c.client_id, func.count().label("texts"), func.min(inbox.c.received_at).label("at")
    )
    .where(inbox.c.client_id.is_not(None), inbox.c.seen_at.is_(None))
    .group_by(inbox.c.client_id)
    .subquery()
)
_UNSEEN = (
    select(clients.c.id, clients.c.ref, _WAITING.c.texts, _WAITING.c.at)
    .join(_WAITING, _WAITING.c.client_id == clients.c.id)
    .order_by(_WAITING.c.at, clients.c.id)
)
_CLIENTS_OF = (
    select(assignments.c.staff_id, func.count(assignments.c.client_id.distinct()))
    .where(
        assignments.c.staff_id.in_(bindparam("ids", expanding=True)),
        assignments.c.began <= bindparam("now"),
        or_(assignments.c.ended.is_(None), assignments.c.ended > bindparam("now")),
    )
    .group_by(assignments.c.staff_id)
)


def untaken(conn: Connection, most: int) -> list[int]:
    """Return the alerts that are open and that nobody has taken, the gravest and oldest first."""
    return list(conn.scalars(_OF_STATE["open"].limit(most)))


def taken(conn: Connection, most: int) -> list[int]:
    """Return the alerts that a person has taken and not closed, the gravest and oldest first."""
    return list(conn.scalars(_OF_STATE["acknowledged"].limit(most)))


def taken_at(conn: Connection, alert_ids: Sequence[int]) -> dict[int, int]:
    """Return when each of these alerts was last taken by a person, by its id."""
    return dict(conn.execute(_TAKEN, {"ids": alert_ids}).all())


def clients_of_staff(conn: Connection, staff_ids: Sequence[int], now: Instant) -> dict[int, int]:
    """Return how many clients are assigned to each of these people at `now`, by staff id."""
    return dict(conn.execute(_CLIENTS_OF, {"ids": staff_ids, "now": now}).all())


def unseen(conn: Connection, most: int) -> list[tuple[int, str, int, int]]:
    """Return clients with texts that no person has seen, the longest waiting first.

    Returns:
        For each the id, the ref, how many texts there are, and when the oldest came.
    """
    return [tuple(row) for row in conn.execute(_UNSEEN.limit(most))]
