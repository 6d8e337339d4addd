"""Version 0048 indexes only the rows that have a value, and still refuses a second one."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, put_alert


def test_rows_of_before_are_found_and_still_unique(own_database: Database) -> None:
    downgrade_to(own_database, "0047")
    text = {"alert_id": 1, "staff_id": 1, "kind": "step", "body": "b", "state": "sent",
            "created_at": 1, "due_at": 1, "updated_at": 1}  # fmt: skip
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=1, ref="S-1", role="case_manager", timezone="UTC", active=True)
        put(conn, "evaluations", client_id=1, dirty_from=4, change=7)
        put_alert(conn)
        for step in (0, 1):
            put(conn, "outbox", id=step, step=step, **text)
        put(conn, "outbox", id=2, step=2, provider_id="SM2", **text)
    own_database.upgrade()
    with own_database.write() as conn:
        due_clients.mark_dirty(conn, {1: 3})
        [claim] = due_clients.claim_due(conn, 9, "daemon", 1, 5)
    assert claim.dirty_from == 3
    with pytest.raises(IntegrityError), own_database.write() as conn:
        put(conn, "outbox", id=3, step=3, provider_id="SM2", **text)
