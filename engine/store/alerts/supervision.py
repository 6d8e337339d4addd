"""What a supervisor looks after: alerts that nobody closes, and texts that nobody has seen."""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from engine.model.instant import Instant
from engine.store.alerts.severity_order import RANK
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.messages import inbox, seen_texts
from engine.store.tables.people import assignments, clients

_TO_ACT_ON = and_(~alerts.c.shadow, ~alerts.c.historic, alerts.c.inhibited_by.is_(None))
_OF_STATE = {
    state: select(alerts.c.id)
    .where(alerts.c.state == state, _TO_ACT_ON)
    .order_by(RANK, alerts.c.opened_at, alerts.c.id)
    for state in ("open", "acknowledged")
}
_TAKEN = (
    select(alert_transitions.c.alert_id, func.max(alert_transitions.c.at))
    .join(alerts, alerts.c.id == alert_transitions.c.alert_id)
    .where(alerts.c.state == "acknowledged", alert_transitions.c.to_state == "acknowledged")
    .group_by(alert_transitions.c.alert_id)
)
_UNSEEN = (
    select(clients.c.id, clients.c.ref, func.count(), func.min(inbox.c.received_at))
    .join(inbox, inbox.c.client_id == clients.c.id)
    .outerjoin(seen_texts, seen_texts.c.inbox_id == inbox.c.id)
    .where(seen_texts.c.inbox_id.is_(None))
    .group_by(clients.c.id, clients.c.ref)
    .order_by(func.min(inbox.c.received_at))
)
_CLIENTS_OF = (
    select(assignments.c.staff_id, func.count(assignments.c.client_id.distinct()))
    .where(
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


def taken_at(conn: Connection) -> dict[int, int]:
    """Return when each alert that a person has was last taken, by its id."""
    return dict(conn.execute(_TAKEN).all())


def clients_of_staff(conn: Connection, now: Instant) -> dict[int, int]:
    """Return how many clients are assigned to each person at `now`, by staff id."""
    return dict(conn.execute(_CLIENTS_OF, {"now": now}).all())


def unseen(conn: Connection, most: int) -> list[tuple[int, str, int, int]]:
    """Return clients with texts that no person has seen, the longest waiting first.

    Returns:
        For each the id, the ref, how many texts there are, and when the oldest came.
    """
    return [tuple(row) for row in conn.execute(_UNSEEN.limit(most))]
