"""A storm is one row, as long as the brake holds again within its window."""

from sqlalchemy import select

from engine.store.database.connection import Database
from engine.store.operations import alert_storms
from engine.store.tables import operations


def test_a_storm_lasts_while_the_brake_holds_within_the_window(database: Database) -> None:
    with database.write() as conn:
        assert alert_storms.last_held_at(conn) is None
        for at, clients in ((100, 20), (109, 40), (118, 30), (200, 25)):
            alert_storms.record(conn, at, clients, 10)
        rows = conn.execute(select(operations.alert_storms).order_by("began_at")).all()
        assert rows == [(100, 118, 30), (200, 200, 25)]
        assert alert_storms.last_held_at(conn) == 200
