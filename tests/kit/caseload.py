"""A small caseload written straight to the tables, so that a test needs no source to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import insert

from engine.model.event import Value, write_fields
from engine.model.staff import Role
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import assignments, record_entries
from tests.kit.rows import add_client, add_consent, add_staff
from tests.kit.times import NOON, hours


@dataclass
class Caseload:
    """Puts people and events into a database and says, as ingest does, who is to be evaluated."""

    database: Database
    _keys: count[int] = field(default_factory=lambda: count(1))

    def client(self, number: int, **columns: Any) -> int:
        """A client C-number of this id, enrolled 400 days ago."""
        enrolled = {
            "client_id": number,
            "at": NOON - hours(400 * 24),
            "entry": "enrolled",
            "value": None,
        }
        with self.database.write() as conn:
            add_client(conn, **({"id": number, "ref": f"C-{number}"} | columns))
            conn.execute(insert(record_entries), enrolled)
            due_clients.mark_dirty(conn, {number: NOON - hours(400 * 24)})
        return number

    def staff(self, number: int, role: Role, *client_ids: int, **columns: Any) -> int:
        """Add a person in a role, assigned to these clients; a mentor has no consent yet."""
        row = {"id": number, "ref": f"S-{number}", "role": role, "phone": f"+1555010{number:04}"}
        with self.database.write() as conn:
            add_staff(conn, **(row | columns))
        for client_id in client_ids:
            self.assign(number, role, client_id)
        return number

    def assign(self, number: int, role: Role, client_id: int) -> None:
        assigned = {"client_id": client_id, "staff_id": number, "role": role, "began": 0}
        with self.database.write() as conn:
            conn.execute(insert(assignments), assigned)

    def consent(self, client_id: int, staff_id: int, **columns: Any) -> None:
        with self.database.write() as conn:
            add_consent(
                conn,
                client_id,
                staff_id,
                **({"alias": "your friend", "scope": "outreach", "given_at": 0} | columns),
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
            due_clients.mark_dirty(conn, {client_id: at})
