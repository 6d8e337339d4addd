"""Reading what measures are computed from: clients with their records, and their events in the order that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, Connection, Text, bindparam, cast, func, select

from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns
from engine.store.schema import clients, events, record_entries

# Made once, for a statement takes longer to make than to run for one client.
_THESE: BindParameter[int] = bindparam("client_ids", expanding=True)
_CLIENTS = (
    select(clients.c.id, clients.c.ref, clients.c.timezone).where(clients.c.id.in_(_THESE)).order_by(clients.c.id)
)
_ENTRIES = (
    select(record_entries.c.client_id, record_entries.c.at, record_entries.c.entry, record_entries.c.value)
    .where(record_entries.c.client_id.in_(_THESE))
    .order_by(record_entries.c.client_id, record_entries.c.at, record_entries.c.id)
)
_ORDERED = (
    select(*(events.c[name] for name in EventColumns._fields))
    .where(events.c.client_id.in_(_THESE))
    .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
    .subquery()
)
_JOINED = select(*(func.aggregate_strings(cast(_ORDERED.c[name], Text), "\n") for name in EventColumns._fields))


def read_clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """These clients by id, each record in the order of its dates."""
    these = {"client_ids": client_ids}
    records: dict[int, list[RecordEntry]] = {client_id: [] for client_id in client_ids}
    for client_id, at, entry, value in conn.execute(_ENTRIES, these):
        records[client_id].append(RecordEntry(at, entry, value))
    return [Client(id_, ref, zone, tuple(records[id_])) for id_, ref, zone in conn.execute(_CLIENTS, these)]


def read_events(conn: Connection, client_ids: Sequence[int]) -> EventColumns:
    """These clients' events; those of one instant in the order of their identity, which no order of arrival changes.

    The database joins each column into one text, for making a Python object of every value takes far longer.
    Neither a kind nor canonical JSON holds the line feed that divides them.
    """
    joined = conn.execute(_JOINED, {"client_ids": client_ids}).one()
    owners, kinds, instants, fields, ids = (text or "" for text in joined)
    return EventColumns(_numbers(owners), _words(kinds), _numbers(instants), _words(fields), _numbers(ids))


def _numbers(joined: str) -> NDArray[np.int64]:
    return np.fromstring(joined, np.int64, sep="\n")


def _words(joined: str) -> list[str]:
    return joined.split("\n") if joined else []


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
