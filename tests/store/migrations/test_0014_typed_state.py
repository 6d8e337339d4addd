"""Version 0014 moves each heartbeat into the table of its kind."""

from __future__ import annotations

import json

from engine.flows.operations import watchdog
from engine.model.channel import Channel
from engine.model.outages import Feed, Outage
from engine.store.alerts import outages
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.operations import alert_storms, channel_state, job_runs, watchdog_state
from engine.store.operations.job_runs import JobRun
from tests.store.migrations.older_database import downgrade_to, put

# The rows as version 0013 wrote them: a name, an instant, and JSON.
BEATS = {
    "evaluate": (10, {"clients": 3}),
    "ingest": (11, {"failed": "The source a cannot be read.", "read": 0}),
    "sms": (12, {"failures": 5, "since": 7, "stopped_until": 99, "error_code": "20003"}),
    "texts in": (13, {}),
    "storm": (14, {"clients": 40}),
    "broken promises": (15, {"texts cannot be sent": 8, "alert 1 has nobody": 9}),
    "rules refused": (16, {"mistakes": 2, "line": 4}),
    "outages": (17, {"rule r": {"since": 3, "kinds": ["test", "check_in"], "over": None}}),
    "source a b": (
        18,
        {
            "tried": 18,
            "read": 5,
            "arrived": 4,
            "kinds": ["test"],
            "out_since": 5,
            "half_read_since": None,
            "why": "cannot be read",
        },
    ),
}


def beats(database: Database, written: dict[str, tuple[int, object]]) -> None:
    downgrade_to(database, "0013")
    with database.write() as conn:
        for name, (at, detail) in written.items():
            put(conn, "heartbeats", name=name, at=at, detail=json.dumps(detail))
    database.upgrade()


def test_each_heartbeat_of_version_0013_is_read_from_its_own_table(own_database: Database) -> None:
    beats(own_database, dict(BEATS))
    with own_database.read() as conn:
        assert job_runs.read(conn) == {
            "evaluate": JobRun(10, 10, None),
            "ingest": JobRun(11, None, "The source a cannot be read."),
        }
        assert channel_state.read(conn) == Channel(5, 7, 99, "20003")
        assert channel_state.texts_listed_at(conn) == 13
        assert alert_storms.last_held_at(conn) == 14
        assert watchdog_state.standing(conn) == {"alert 1 has nobody": 9, "texts cannot be sent": 8}
        assert outages.read(conn) == {"rule r": Outage(3, frozenset({"test", "check_in"}), None)}
        assert source_health.read(conn) == {
            "a b": Feed(18, 5, 4, frozenset({"test"}), 5, None, "cannot be read")
        }
        said = "the rule files hold 2 mistakes, the first in line 4, and the rules before serve"
        assert said in watchdog.broken_promises(conn, 100)


def test_a_database_without_heartbeats_upgrades_to_empty_tables(own_database: Database) -> None:
    beats(own_database, {"rules refused": (1, {})})
    with own_database.read() as conn:
        assert (job_runs.read(conn), outages.read(conn)) == ({}, {})
        assert channel_state.read(conn) == Channel()
        assert watchdog.broken_promises(conn, 100) == []
