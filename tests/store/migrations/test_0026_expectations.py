"""Version 0026 adds what clients are due to do; the clients of before stay as they are."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.schedules import expectations
from tests.store.migrations.older_database import downgrade_to, put, rows


def test_a_database_of_the_version_before_has_no_expectations_yet(own_database: Database) -> None:
    downgrade_to(own_database, "0025")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
    own_database.upgrade()
    with own_database.read() as conn:
        assert expectations.of_clients(conn, [1], 0) == {}
        assert [row["ref"] for row in rows(conn, "clients")] == ["C-1"]
