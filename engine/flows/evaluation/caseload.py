"""Reading clients' histories for the rulebook.

One, some, or the whole caseload a batch at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from engine.measures.histories import MOST_CLIENTS, Histories
from engine.model.instant import DAY_US, Instant
from engine.store.intake import histories as stored

# Bounds the memory of a replay, however large the caseload.
MOST_EVENTS = 200_000


# How far ahead of the present weekdays are known, so that the next one can be found.
_A_WEEK_AHEAD = 8 * DAY_US


def histories(conn: Connection, client_ids: Sequence[int], now: Instant | None = None) -> Histories:
    """Read the histories of at most MOST_CLIENTS clients, with the events' ids for evidence."""
    return Histories(
        stored.read_clients(conn, client_ids),
        stored.read_events(conn, client_ids, with_ids=True),
        None if now is None else now + _A_WEEK_AHEAD,
    )


def whole_caseload(conn: Connection, until: Instant | None = None) -> Iterator[Histories]:
    """Read every client's histories, in batches of bounded size.

    They serve replays alone, because they hold no ids of events.
    """
    for client_ids in stored.batches(conn, MOST_CLIENTS, MOST_EVENTS):
        yield Histories(
            stored.read_clients(conn, client_ids), stored.read_events(conn, client_ids), until
        )
