"""Version 0032 lets people change schedules for single clients; nothing is changed at first."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.schedules import changes, expectations
from tests.store.migrations.older_database import downgrade_to, put


def test_expectations_of_the_version_before_are_kept_and_unchanged(own_database: Database) -> None:
    downgrade_to(own_database, "0031")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(
            conn, "expectations", id=1, client_id=1, schedule_id="daily", day="2026-06-02",
            opens_at=1, due_at=2, closes_at=3,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        assert changes.of_clients(conn, [1]) == {}
        assert [one.schedule_id for one in expectations.of_clients(conn, [1], 0)[1]] == ["daily"]
