"""Version 0045 knows merges, and its events are said of nobody else."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.database.connection import Database
from engine.store.people import client_merges
from engine.store.tables.intake import event_versions, events
from tests.store.migrations.older_database import downgrade_to, put


def test_events_of_before_are_said_of_their_own_client(own_database: Database) -> None:
    downgrade_to(own_database, "0044")
    said = {"kind": "test", "occurred_at": 1, "recorded_at": 2, "fields": "{}", "origin": "a:1"}
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "events", id=1, client_id=1, source="lab", key="1", **said)
        put(conn, "event_versions", id=1, event_id=1, client_id=1, replaced_at=3, **said)
    own_database.upgrade()
    with own_database.read() as conn:
        assert [(one.client_id, one.said_of) for one in conn.execute(select(events))] == [(1, None)]
        kept = conn.execute(select(event_versions)).all()
        assert [(one.client_id, one.said_of) for one in kept] == [(1, None)]
        assert client_merges.standing(conn) == {}
