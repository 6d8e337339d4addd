"""Version 0036 adds versions of events; those of before have none, and stand."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, rows


def test_events_of_the_version_before_are_kept_without_a_version(own_database: Database) -> None:
    downgrade_to(own_database, "0035")
    event = {
        "id": 1, "client_id": 1, "kind": "test", "occurred_at": 1, "recorded_at": 2,
        "source": "lab", "key": "test:1", "fields": "{}", "origin": "lab.csv:2",
    }  # fmt: skip
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "events", **event)
        put(conn, "event_versions", **event, event_id=1, replaced_at=3)
        put(
            conn, "withdrawals", source="lab", key="test:2", item="lab.csv", line=3, said_at=4,
            away=True,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        for name in ("events", "event_versions", "withdrawals"):
            (row,) = rows(conn, name)
            assert row["source"] == "lab"
            assert row["version"] is None
        assert rows(conn, "received") == []
