"""Events that follow a client into another one: `said_of` is the client whom the source means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from engine.model.instant import Instant
from engine.store.database.parameter_limit import in_parts
from engine.store.tables.intake import event_versions, events


class Moved(NamedTuple):
    """The number of events that moved, and the instant of the earliest; None if none did."""

    events: int
    earliest: Instant | None


def move(conn: Connection, client_id: int, into_id: int) -> Moved:
    """Give a client's events and their versions to another client; both keep whose they were."""
    return _give(conn, "client_id", client_id, {"client_id": into_id, "said_of": client_id})


def move_back(conn: Connection, client_id: int) -> Moved:
    """Give a client back what sources say of them."""
    return _give(conn, "said_of", client_id, {"client_id": client_id, "said_of": None})


def _give(conn: Connection, whose: str, client_id: int, values: Mapping[str, int | None]) -> Moved:
    """Change the events of which a column names a client, and their versions."""
    found = select(func.count(), func.min(events.c.occurred_at)).where(events.c[whose] == client_id)
    moved = Moved(*conn.execute(found).one())
    for table in (events, event_versions):
        conn.execute(update(table).where(table.c[whose] == client_id).values(values))
    return moved


def say_of(
    conn: Connection, source: str, said: Mapping[int, Collection[str]], others: Collection[str]
) -> None:
    """Record whom a source means by events that were just stored.

    Args:
        conn: The transaction that stored them.
        source: The source.
        said: The keys of events about merged clients, by the id of the client whom it means.
        others: The keys of the other events; one of them may have been about a merged client.
    """
    for client_id, keys in [*said.items(), (None, others)]:
        for some in in_parts(sorted(keys)):
            of_keys = (events.c.source == source, events.c.key.in_(some))
            differs = events.c.said_of.is_distinct_from(client_id)
            conn.execute(update(events).where(*of_keys, differs).values(said_of=client_id))
