"""Reading what measures are computed from: clients with their records, and their events in the order that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from engine.model.client import Client, RecordEntry
from engine.store.schema import clients, events, record_entries

# (client id, kind, occurred_at, fields, id), as Histories takes them
EventRow = tuple[int, str, int, str, int]


def read_clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """These clients by id, each record in the order of its dates."""
    records: dict[int, list[RecordEntry]] = {client_id: [] for client_id in client_ids}
    entries = (
        select(record_entries.c.client_id, record_entries.c.at, record_entries.c.entry, record_entries.c.value)
        .where(record_entries.c.client_id.in_(client_ids))
        .order_by(record_entries.c.client_id, record_entries.c.at, record_entries.c.id)
    )
    for client_id, at, entry, value in conn.execute(entries):
        records[client_id].append(RecordEntry(at, entry, value))
    found = (
        select(clients.c.id, clients.c.ref, clients.c.timezone)
        .where(clients.c.id.in_(client_ids))
        .order_by(clients.c.id)
    )
    return [Client(row.id, row.ref, row.timezone, tuple(records[row.id])) for row in conn.execute(found)]


def read_events(conn: Connection, client_ids: Sequence[int]) -> Sequence[EventRow]:
    """These clients' events; those of one instant in the order of their identity, which no order of arrival changes."""
    return conn.execute(
        select(events.c.client_id, events.c.kind, events.c.occurred_at, events.c.fields, events.c.id)
        .where(events.c.client_id.in_(client_ids))
        .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
    ).all()


def batches(conn: Connection, most_clients: int, most_events: int) -> Iterator[list[int]]:
    """The ids of all clients, cut so that no batch holds more clients or (but for a single client) more events."""
    counts = (
        select(clients.c.id, func.count(events.c.id))
        .outerjoin(events, events.c.client_id == clients.c.id)
        .group_by(clients.c.id)
        .order_by(clients.c.id)
    )
    batch: list[int] = []
    size = 0
    for client_id, count in conn.execute(counts).all():
        if batch and (len(batch) == most_clients or size + count > most_events):
            yield batch
            batch, size = [], 0
        batch.append(client_id)
        size += count
    if batch:
        yield batch


def count_clients(conn: Connection) -> int:
    """How many clients there are."""
    return conn.execute(select(func.count()).select_from(clients)).scalar_one()
