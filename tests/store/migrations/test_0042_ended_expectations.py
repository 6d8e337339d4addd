"""Version 0042 counts the expectations of a day by an index."""

from __future__ import annotations

from sqlalchemy import text

from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.operations.counts import expectations_of_a_day
from tests.store.migrations.older_database import downgrade_to, put


def test_expectations_of_before_are_counted(own_database: Database) -> None:
    downgrade_to(own_database, "0041")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        one = {"client_id": 1, "schedule_id": "daily", "opens_at": 1, "due_at": 2, "closes_at": 3}
        put(conn, "expectations", id=1, day="1", outcome="kept", ended_at=DAY_US, **one)
        put(conn, "expectations", id=2, day="2", outcome="kept", ended_at=2 * DAY_US, **one)
        put(conn, "expectations", id=3, day="3", **one)
    own_database.upgrade()
    with own_database.read() as conn:
        assert expectations_of_a_day(conn, 2 * DAY_US) == {"kept": 1, "open": 1}


def test_no_older_row_is_read(sqlite_database: Database) -> None:
    asked = "SELECT outcome, count(*) FROM expectations WHERE ended_at > 5 GROUP BY outcome"
    with sqlite_database.read() as conn:
        plan = [row[3] for row in conn.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    index = "SEARCH expectations USING COVERING INDEX ix_expectations_ended_at_outcome"
    assert plan[0].startswith(index), plan
