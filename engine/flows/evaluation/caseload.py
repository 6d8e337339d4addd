"""Reading clients' histories for the rulebook: one, some, or the whole caseload a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from engine.measures.histories import MOST_CLIENTS, Histories
from engine.store.intake import histories as stored

# Bounds the memory of a replay, however large the caseload.
MOST_EVENTS = 200_000


def histories(conn: Connection, client_ids: Sequence[int]) -> Histories:
    """The histories of at most MOST_CLIENTS clients, as the rulebook replays them and shows its evidence."""
    return Histories(
        stored.read_clients(conn, client_ids), stored.read_events(conn, client_ids, with_ids=True)
    )


def whole_caseload(conn: Connection) -> Iterator[Histories]:
    """Every client's histories, in batches of bounded size; for replaying alone, without the ids of events."""
    for client_ids in stored.batches(conn, MOST_CLIENTS, MOST_EVENTS):
        yield Histories(stored.read_clients(conn, client_ids), stored.read_events(conn, client_ids))
