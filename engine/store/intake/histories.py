"""Reading what measures are computed from: clients with their records, and their events in the order that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import BindParameter, Column, Connection, Select, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns
from engine.model.instant import Instant
from engine.store.tables.intake import events
from engine.store.tables.people import clients, record_entries

# Made once, for a statement takes longer to make than to run for one client.
_THESE: BindParameter[int] = bindparam("client_ids", expanding=True)
_CLIENTS = (
    select(clients.c.id, clients.c.ref, clients.c.timezone)
    .add_columns(record_entries.c.at, record_entries.c.entry, record_entries.c.value)
    .outerjoin(record_entries)
    .where(clients.c.id.in_(_THESE))
    .order_by(clients.c.id, record_entries.c.at, record_entries.c.id)
)


class _JoinedNumbers(FunctionElement[str]):
    """A column of whole numbers as one text, divided by commas."""

    inherit_cache = True


@compiles(_JoinedNumbers)
def _in_postgresql(element: _JoinedNumbers, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **options)} AS TEXT), ',')"


@compiles(_JoinedNumbers, "sqlite")
def _in_sqlite(element: _JoinedNumbers, compiler: SQLCompiler, **options: Any) -> str:
    # It joins numbers as they are, and by commas where nothing is said, each of which saves a tenth of the time.
    return f"group_concat({compiler.process(element.clauses, **options)})"


def _joined(*numbers: Column[int]) -> Select[Any]:
    """The columns of some clients' events, each as one text; nothing is carried along that is not asked for."""
    content = (events.c.kind + events.c.fields).label("content")
    ordered = (
        select(*numbers, content)
        .where(events.c.client_id.in_(_THESE))
        .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
        .subquery()
    )
    texts = (_JoinedNumbers(ordered.c[number.name]) for number in numbers)
    return select(func.aggregate_strings(ordered.c.content, "\n")).add_columns(*texts)


_JOINED = _joined(events.c.client_id, events.c.occurred_at)
_JOINED_WITH_IDS = _joined(events.c.client_id, events.c.occurred_at, events.c.id)
_SIZES = select(events.c.client_id, func.count()).group_by(events.c.client_id)


def read_clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """These clients by id, each record in the order of its dates."""
    rows = conn.execute(_CLIENTS, {"client_ids": client_ids}).all()
    return [
        Client(
            id_,
            ref,
            zone,
            tuple(RecordEntry(*entry) for _, _, _, *entry in entries if entry[0] is not None),
        )
        for (id_, ref, zone), entries in groupby(rows, itemgetter(0, 1, 2))
    ]


def read_events(
    conn: Connection, client_ids: Sequence[int], with_ids: bool = False
) -> EventColumns:
    """The events of these clients, by client id; those of one instant in the order of their identity.

    No order of arrival changes that one. The database joins each column into one text, for making a Python object of
    every value takes far longer. Neither a kind nor canonical JSON holds the line feed that divides them.
    """
    joined = conn.execute(
        _JOINED_WITH_IDS if with_ids else _JOINED, {"client_ids": client_ids}
    ).one()
    contents, *numbers = (text or "" for text in joined)
    owners, instants, *ids = (np.fromstring(text, np.int64, sep=",") for text in numbers)
    return EventColumns(owners, instants, contents.split("\n") if contents else [], *ids)


def batches(conn: Connection, most_clients: int, most_events: int) -> Iterator[list[int]]:
    """All clients by id, cut so that no batch holds more clients or (but for a single one) more events."""
    counted: dict[int, int] = dict(conn.execute(_SIZES).all())
    batch: list[int] = []
    held = 0
    for client_id in conn.scalars(select(clients.c.id).order_by(clients.c.id)).all():
        size = counted.get(client_id, 0)
        if batch and (len(batch) == most_clients or held + size > most_events):
            yield batch
            batch, held = [], 0
        batch.append(client_id)
        held += size
    if batch:
        yield batch


def first_and_last_event(conn: Connection) -> tuple[Instant, Instant] | None:
    """The instants of the earliest and of the latest event that is stored; None where none is."""
    first, last = conn.execute(
        select(func.min(events.c.occurred_at), func.max(events.c.occurred_at))
    ).one()
    return None if first is None else (first, last)


def count_clients(conn: Connection) -> int:
    """How many clients there are."""
    return conn.execute(select(func.count()).select_from(clients)).scalar_one()
