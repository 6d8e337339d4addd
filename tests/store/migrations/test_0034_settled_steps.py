"""Version 0034 keeps when an alert's next step was settled."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, put_alert, rows


def test_a_step_that_waits_was_settled_when_people_were_last_told(own_database: Database) -> None:
    downgrade_to(own_database, "0033")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put_alert(conn, opened_at=5, next_step_at=90)
        put_alert(conn, id=2, opened_at=5, told_at=7, next_step_at=90)
        put_alert(conn, id=3, opened_at=5)
    own_database.upgrade()
    with own_database.read() as conn:
        found = {row["id"]: row["step_set_at"] for row in rows(conn, "alerts")}
    assert found == {1: 5, 2: 7, 3: None}
