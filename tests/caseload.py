"""A small caseload straight in the tables, for tests that begin where events, clients and staff are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert

from engine.model.event import Value, write_fields
from engine.model.instant import to_us
from engine.model.staff import Role
from engine.store.alerts import evaluations
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import assignments, clients, consents, record_entries, staff

# A Tuesday at noon; everybody was enrolled 400 days before.
NOON = to_us(datetime(2026, 6, 2, 12, tzinfo=UTC))


def hours(number: float) -> int:
    """Microseconds."""
    return timedelta(hours=number) // timedelta(microseconds=1)


@dataclass
class Caseload:
    """Puts people and events into a database and says, as ingest does, who is to be evaluated."""

    database: Database
    _keys: count[int] = field(default_factory=lambda: count(1))

    def client(self, number: int, **columns: Any) -> int:
        """A client C-number of this id, enrolled 400 days ago."""
        row = {"id": number, "ref": f"C-{number}", "timezone": "UTC", **columns}
        enrolled = {
            "client_id": number,
            "at": NOON - hours(400 * 24),
            "entry": "enrolled",
            "value": None,
        }
        with self.database.write() as conn:
            conn.execute(insert(clients), row)
            conn.execute(insert(record_entries), enrolled)
            evaluations.mark_dirty(conn, {number: NOON - hours(400 * 24)})
        return number

    def staff(self, number: int, role: Role, *client_ids: int, **columns: Any) -> int:
        """Somebody of a role, assigned to these clients in it; a mentor has no consent yet."""
        row = {"id": number, "ref": f"S-{number}", "role": role, "timezone": "UTC", "active": True}
        with self.database.write() as conn:
            conn.execute(insert(staff), {**row, "phone": f"+1555010{number:04}", **columns})
        for client_id in client_ids:
            self.assign(number, role, client_id)
        return number

    def assign(self, number: int, role: Role, client_id: int) -> None:
        assigned = {"client_id": client_id, "staff_id": number, "role": role, "began": 0}
        with self.database.write() as conn:
            conn.execute(insert(assignments), assigned)

    def consent(self, client_id: int, staff_id: int, **columns: Any) -> None:
        row = {"alias": "your friend", "scope": "outreach", "purpose": "support", "given_at": 0}
        with self.database.write() as conn:
            conn.execute(
                insert(consents), {"client_id": client_id, "staff_id": staff_id, **row, **columns}
            )

    def event(self, client_id: int, kind: str, at: int, **fields: Value) -> None:
        """An event that has come to be known."""
        row = {
            "client_id": client_id,
            "kind": kind,
            "occurred_at": at,
            "recorded_at": at,
            "source": "tests",
            "key": str(next(self._keys)),
            "fields": write_fields(fields),
            "origin": "tests.csv:1",
        }
        with self.database.write() as conn:
            conn.execute(insert(events), row)
            evaluations.mark_dirty(conn, {client_id: at})
