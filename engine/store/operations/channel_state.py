"""Channel state: the circuit breaker of the SMS channel, shared by all daemons on a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from engine.model.channel import Channel
from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.operations import channel_state

SMS = "sms"
_OF_SMS = channel_state.c.channel == SMS
_BREAKER = ("failures", "since", "stopped_until", "error_code")
_READ = prepared(select(*(channel_state.c[name] for name in _BREAKER)).where(_OF_SMS))
_VERIFIES = prepared(select(channel_state.c.verifies_numbers).where(_OF_SMS))
_LISTED = prepared(select(channel_state.c.texts_listed_at).where(_OF_SMS))


def read(conn: Connection) -> Channel:
    """Return the state of the channel; it works if the carrier was never asked."""
    row = conn.execute(_READ).one_or_none()
    return Channel(*row) if row else Channel()


def write(conn: Connection, channel: Channel) -> None:
    """Record the state of the channel after a request to the carrier."""
    _put(conn, asdict(channel))


def texts_listed_at(conn: Connection) -> Instant | None:
    """Return when the carrier was last asked for incoming texts; None if it never was."""
    return conn.scalar(_LISTED)


def note_texts_listed(conn: Connection, at: Instant) -> None:
    """Record that the carrier was asked for incoming texts."""
    _put(conn, {"texts_listed_at": at})


def verifies_numbers(conn: Connection) -> bool:
    """Return whether nobody is texted about a client before their number is confirmed."""
    return bool(conn.scalar(_VERIFIES))


def set_verifies_numbers(conn: Connection, verifies: bool) -> None:
    """Record whether numbers must be confirmed, for every daemon on the database."""
    _put(conn, {"verifies_numbers": verifies})


def _put(conn: Connection, values: Mapping[str, object]) -> None:
    statement = _put_columns(conn.dialect.name, tuple(values))
    conn.execute(statement, {"channel": SMS, **values})


@cache
def _put_columns(dialect: str, names: tuple[str, ...]) -> Any:
    insert = insert_of(dialect, channel_state)
    replaced = {name: insert.excluded[name] for name in names}
    return prepared(
        insert.on_conflict_do_update(index_elements=[channel_state.c.channel], set_=replaced)
    )
