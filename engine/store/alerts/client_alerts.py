"""Alerts that follow a client's events into another client, and back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from engine.store.database.parameter_limit import in_parts
from engine.store.tables.alerts import alerts


def move(conn: Connection, client_id: int, into_id: int) -> list[int]:
    """Give a client's alerts to another client, and return their ids.

    An unresolved alert stays if the other client has one of the same rule, because both would tell
    of the same.
    """
    both = select(alerts.c.id, alerts.c.client_id, alerts.c.rule_id, alerts.c.state).where(
        alerts.c.client_id.in_((client_id, into_id))
    )
    found = conn.execute(both.order_by(alerts.c.id).with_for_update()).all()
    open_rules = {
        one.rule_id for one in found if one.client_id == into_id and one.state != "resolved"
    }
    moving = [
        one.id
        for one in found
        if one.client_id == client_id and (one.state == "resolved" or one.rule_id not in open_rules)
    ]
    _give(conn, moving, into_id)
    return moving


def move_back(conn: Connection, alert_ids: Sequence[int], client_id: int) -> None:
    """Give alerts back to the client from whom they moved."""
    _give(conn, alert_ids, client_id)


def _give(conn: Connection, alert_ids: Sequence[int], client_id: int) -> None:
    for some in in_parts(alert_ids):
        conn.execute(update(alerts).where(alerts.c.id.in_(some)).values(client_id=client_id))
