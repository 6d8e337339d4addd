"""Clients' histories for the rulebook: one, some, or all in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine.measures.histories import MOST_CLIENTS, Histories
from engine.model.assignment_entries import with_assignments
from engine.model.client import Client
from engine.model.instant import DAY_US, Instant
from engine.model.staff import Assignment
from engine.store.intake import histories as stored
from engine.store.people import staff

if TYPE_CHECKING:
    from engine.store.intake.archive import Archive

# Bounds the memory of a replay, however large the caseload.
MOST_EVENTS = 50_000


# How far ahead of the present weekdays are known, so that the next one can be found.
_A_WEEK_AHEAD = 8 * DAY_US


def histories(conn: Connection, client_ids: Sequence[int], now: Instant | None = None) -> Histories:
    """Read the histories of at most MOST_CLIENTS clients, with the events' ids for evidence."""
    return histories_of(conn, stored.read_clients(conn, client_ids), now)


def histories_of(
    conn: Connection, clients: Sequence[Client], now: Instant | None = None
) -> Histories:
    """Read the histories of clients who were read already, as `histories` does."""
    ids = [client.id for client in clients]
    return Histories(
        _with_assignments(clients, staff.assignments_of(conn, ids)),
        stored.read_events(conn, ids, with_ids=True),
        None if now is None else now + _A_WEEK_AHEAD,
    )


def whole_caseload(
    conn: Connection, until: Instant | None = None, archive: Archive | None = None
) -> Iterator[Histories]:
    """Read every client's histories, in batches of bounded size.

    They serve replays alone, because they hold no ids of events.

    Args:
        conn: The database.
        until: As `Histories` takes it.
        archive: Where to read instead of the database; None for the database.
    """
    if archive is not None:
        yield from (archived_part(archive, part, until) for part in sorted(archive.states))
        return
    for client_ids in stored.batches(conn, MOST_CLIENTS, MOST_EVENTS):
        yield Histories(_clients(conn, client_ids), stored.read_events(conn, client_ids), until)


def archived_part(archive: Archive, part: int, until: Instant | None = None) -> Histories:
    """Read the histories of one part of an archive."""
    found = archive.read(part)
    return Histories(_with_assignments(found.clients, found.assignments), found.events, until)


def _clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """Read clients whose records tell of their assignments too, as rules see them."""
    held = staff.assignments_of(conn, client_ids)
    return _with_assignments(stored.read_clients(conn, client_ids), held)


def _with_assignments(clients: Iterable[Client], held: Iterable[Assignment]) -> list[Client]:
    of_client: dict[int, list[Assignment]] = defaultdict(list)
    for one in held:
        of_client[one.client_id].append(one)
    return [
        replace(client, record=with_assignments(client.record, of_client[client.id]))
        for client in clients
    ]
