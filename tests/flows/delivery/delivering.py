"""A message in the outbox, its delivery, and the traces of both."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from engine.flows.delivery import deliver
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.operations import audit
from tests.kit.carrier import Carrier
from tests.kit.rows import (
    NOW,
    add_message,
    row_of,
)


def add(database: Database, **values: Any) -> int:
    with database.write() as conn:
        return add_message(conn, **values)


def deliver_all(database: Database, carrier: Carrier, now: int = NOW) -> list[str]:
    """Deliver all texts due at `now`; return the states they reached."""
    states = []
    while state := deliver.run(database, carrier, now, "a"):
        states.append(state)
    return states


def row(database: Database, message_id: int) -> Any:
    with database.read() as conn:
        return row_of(conn, message_id)


def trail(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.read() as conn:
        return [
            (row.action, json.loads(row.detail))
            for row in conn.execute(select(audit).order_by(audit.c.id))
        ]


def next_step_of(database: Database, message_id: int) -> int:
    with database.read() as conn:
        alert_id = row_of(conn, message_id).alert_id
        return int(conn.scalar(select(alerts.c.next_step_at).where(alerts.c.id == alert_id)) or 0)
