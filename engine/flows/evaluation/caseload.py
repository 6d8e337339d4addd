"""Clients' histories for the rulebook: one, some, or all in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.measures.histories import MOST_CLIENTS, Histories
from engine.model.assignment_entries import with_assignments
from engine.model.client import Client
from engine.model.instant import DAY_US, Instant
from engine.model.staff import Assignment
from engine.store.intake import histories as stored
from engine.store.people import staff

# Bounds the memory of a replay, however large the caseload.
MOST_EVENTS = 50_000


# How far ahead of the present weekdays are known, so that the next one can be found.
_A_WEEK_AHEAD = 8 * DAY_US


def histories(conn: Connection, client_ids: Sequence[int], now: Instant | None = None) -> Histories:
    """Read the histories of at most MOST_CLIENTS clients, with the events' ids for evidence."""
    return Histories(
        _clients(conn, client_ids),
        stored.read_events(conn, client_ids, with_ids=True),
        None if now is None else now + _A_WEEK_AHEAD,
    )


def whole_caseload(conn: Connection, until: Instant | None = None) -> Iterator[Histories]:
    """Read every client's histories, in batches of bounded size.

    They serve replays alone, because they hold no ids of events.
    """
    for client_ids in stored.batches(conn, MOST_CLIENTS, MOST_EVENTS):
        yield Histories(_clients(conn, client_ids), stored.read_events(conn, client_ids), until)


def _clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """Read clients whose records tell of their assignments too, as rules see them."""
    held: dict[int, list[Assignment]] = defaultdict(list)
    for one in staff.assignments_of(conn, client_ids):
        held[one.client_id].append(one)
    return [
        replace(client, record=with_assignments(client.record, held[client.id]))
        for client in stored.read_clients(conn, client_ids)
    ]
