"""The state of the channel is one row that two flows write their own part of."""

from engine.model.channel import Channel
from engine.store.database.connection import Database
from engine.store.operations import channel_state


def test_the_breaker_and_the_listing_of_texts_leave_each_other_alone(database: Database) -> None:
    stopped = Channel(5, 7, 99, "20003")
    with database.write() as conn:
        assert channel_state.read(conn) == Channel()
        assert channel_state.texts_listed_at(conn) is None
        channel_state.note_texts_listed(conn, 3)
        channel_state.write(conn, stopped)
        channel_state.note_texts_listed(conn, 4)
        assert channel_state.read(conn) == stopped
        channel_state.write(conn, Channel())
        assert channel_state.read(conn) == Channel()
        assert channel_state.texts_listed_at(conn) == 4
