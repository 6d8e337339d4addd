"""Rows of clients, staff, consents, alerts and messages, with defaults for every column."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.model.instant import SECOND_US
from engine.model.message import MessageKind, NewMessage
from engine.store.messages import outbox
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox as table
from engine.store.tables.operations import rule_sets
from engine.store.tables.people import clients, consents, staff
from tests.kit.times import HOUR

NOW = 1_800_000_000 * SECOND_US  # 2027-01-15 08:00 UTC

_numbers = count(1)


def add_client(conn: Connection, **values: Any) -> int:
    """A client in UTC, with nothing on record."""
    return _add(conn, clients, **({"timezone": "UTC"} | values))


def add_alert(conn: Connection, **values: Any) -> int:
    """An open alert about a client of its own."""
    number = next(_numbers)
    client_id = add_client(conn, ref=f"C-{number}")
    rule_set_id = _add(conn, rule_sets, hash=f"{number:064}", accepted_at=NOW, files="{}")
    row = {
        "client_id": client_id,
        "rule_id": "silent",
        "rule_version": "1",
        "rule_set_id": rule_set_id,
        "severity": "high",
        "state": "open",
        "began": NOW,
        "opened_at": NOW,
        "historic": False,
        "shadow": False,
        "evidence": "{}",
        "policy": "[]",
        "next_step_at": NOW + HOUR,
    }
    return _add(conn, alerts, **(row | values))


def add_staff(conn: Connection, **values: Any) -> int:
    """A case manager without quiet hours, with a phone of their own."""
    number = next(_numbers)
    row = {
        "ref": f"S-{number}",
        "role": "case_manager",
        "phone": f"+1555{number:07}",
        "timezone": "UTC",
        "active": True,
    }
    return _add(conn, staff, **(row | values))


def add_consent(conn: Connection, client_id: int, staff_id: int, **values: Any) -> int:
    """A consent for a mentor, valid now and without an end."""
    row = {
        "client_id": client_id,
        "staff_id": staff_id,
        "alias": "Jo",
        "scope": "alerts",
        "purpose": "support",
        "given_at": NOW - HOUR,
    }
    return _add(conn, consents, **(row | values))


def client_of(conn: Connection, alert_id: int) -> int:
    """The client whom an alert is about."""
    return conn.execute(select(alerts.c.client_id).where(alerts.c.id == alert_id)).scalar_one()


def add_message(
    conn: Connection, alert_id: int | None = None, staff_id: int | None = None, **values: Any
) -> int:
    """Add a message due now; it gets an alert and a recipient of its own if none is given."""
    alert_id = add_alert(conn) if alert_id is None else alert_id
    staff_id = add_staff(conn) if staff_id is None else staff_id
    row = {
        "alert_id": alert_id,
        "step": 0,
        "staff_id": staff_id,
        "kind": MessageKind.STEP,
        "body": f"Handrail: C-1 needs you. See: handrail why {alert_id}",
        "created_at": NOW,
        "due_at": NOW,
        "expires_at": NOW + 4 * HOUR,
    }
    message_id = outbox.enqueue(conn, NewMessage(**(row | values)))
    assert message_id is not None
    return message_id


def row_of(conn: Connection, message_id: int) -> Any:
    """A message's row as it is stored."""
    return conn.execute(select(table).where(table.c.id == message_id)).one()


def change(conn: Connection, where: Any, row_id: int, **values: Any) -> None:
    """Change a stored row, as another process would."""
    conn.execute(update(where).where(where.c.id == row_id).values(values))


def _add(conn: Connection, into: Any, **values: Any) -> int:
    added = conn.scalar(insert(into).values(values).returning(into.c.id))
    assert isinstance(added, int)
    return added
