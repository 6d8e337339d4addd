"""Version 0039 finds goals by an index, also those that were stored before."""

from __future__ import annotations

from engine.store.database.connection import Database
from engine.store.schedules import goals
from tests.store.migrations.older_database import downgrade_to, put


def test_goals_of_the_version_before_are_found(own_database: Database) -> None:
    downgrade_to(own_database, "0038")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        for number, kind in enumerate(("goal", "check_in")):
            put(
                conn, "events", client_id=1, kind=kind, occurred_at=1, recorded_at=1, source="s",
                key=str(number), fields="{}", origin="f:1",
            )  # fmt: skip
    own_database.upgrade()
    with own_database.read() as conn:
        assert [one.kind for one in goals.of_clients(conn, [1])[1]] == ["goal"]


def test_goals_are_found_without_a_look_at_other_events(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn:
        wanted = goals._OF_CLIENTS.params(ids=[1, 2])
        statement = wanted.compile(conn.engine, compile_kwargs={"literal_binds": True})
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    assert ["ix_events_goals" in row[3] for row in plan] == [True], plan
