"""Reading clients' histories for the rulebook: one, some, or the whole caseload a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from engine.measures.histories import MOST_CLIENTS, Histories
from engine.model.instant import DAY_US, Instant
from engine.store.intake import histories as stored

# Bounds the memory of a replay, however large the caseload.
MOST_EVENTS = 200_000


# How far ahead of the present the days of the week are told apart, for the next one to be found.
_A_WEEK_AHEAD = 8 * DAY_US


def histories(conn: Connection, client_ids: Sequence[int], now: Instant | None = None) -> Histories:
    """The histories of at most MOST_CLIENTS clients, as the rulebook replays them and shows its evidence."""
    return Histories(
        stored.read_clients(conn, client_ids),
        stored.read_events(conn, client_ids, with_ids=True),
        None if now is None else now + _A_WEEK_AHEAD,
    )


def whole_caseload(conn: Connection, until: Instant | None = None) -> Iterator[Histories]:
    """Every client's histories, in batches of bounded size; for replaying alone, without the ids of events."""
    for client_ids in stored.batches(conn, MOST_CLIENTS, MOST_EVENTS):
        yield Histories(
            stored.read_clients(conn, client_ids), stored.read_events(conn, client_ids), until
        )
