"""Heartbeats keep the last beat of each name."""

from engine.store.database.connection import Database
from engine.store.operations.heartbeats import Beat, beat, read


def test_the_last_beat_of_each_name_counts(database: Database) -> None:
    with database.write() as conn:
        beat(conn, "ingest", 10, {"rows": 3})
        beat(conn, "evaluate", 11, {})
        beat(conn, "ingest", 20, {"rows": 0})
    with database.read() as conn:
        assert read(conn) == {"ingest": Beat(20, {"rows": 0}), "evaluate": Beat(11, {})}
