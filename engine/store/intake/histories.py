"""Reading what measures are computed from: clients with their records, and their events in the order that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, Connection, Select, bindparam, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns
from engine.model.instant import Instant
from engine.store.tables.intake import events
from engine.store.tables.people import clients, record_entries

Integers = NDArray[np.int64]

# Made once, because a statement takes longer to make than to run for one client.
_THESE: BindParameter[int] = bindparam("client_ids", expanding=True)
_CLIENTS = (
    select(clients.c.id, clients.c.ref, clients.c.timezone)
    .add_columns(record_entries.c.at, record_entries.c.entry, record_entries.c.value)
    .outerjoin(record_entries)
    .where(clients.c.id.in_(_THESE))
    .order_by(clients.c.id, record_entries.c.at, record_entries.c.id)
)


class _Joined(FunctionElement[str]):
    """A column of all rows as one text; the second clause, if there is one, divides the values."""

    inherit_cache = True


@compiles(_Joined)
def _in_postgresql(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    column, *divider = (compiler.process(clause, **options) for clause in element.clauses)
    order = ", ".join(compiler.process(each, **options) for each in _ORDER)
    between = divider[0] if divider else "','"
    return f"string_agg(CAST({column} AS TEXT), {between} ORDER BY {order})"


@compiles(_Joined, "sqlite")
def _in_sqlite(element: _Joined, compiler: SQLCompiler, **options: Any) -> str:
    # ORDER BY inside an aggregate needs SQLite 3.44, and would sort each column by itself; `_in_order`
    # sorts once. SQLite writes numbers as they are and divides by commas, which saves a cast.
    clauses = (compiler.process(clause, **options) for clause in element.clauses)
    return f"group_concat({', '.join(clauses)})"


_ORDER = (events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
# In hexadecimal digits, which have the order of the code points and hold no comma.
_IDENTITY = func.hex(events.c.source) + "." + func.hex(events.c.key)


# Made once each, because a statement takes longer to make than to run for one client.
@cache
def _joined(dialect: str, with_ids: bool) -> Select[Any]:
    """The contents, clients and instants of some clients' events, each as one text.

    With ids if they are asked for. On SQLite the identities come last, because the rows come in
    any order.
    """
    columns = [
        _Joined(events.c.kind + events.c.fields, literal_column("'\n'")),
        _Joined(events.c.client_id),
        _Joined(events.c.occurred_at),
    ]
    if with_ids:
        columns.append(_Joined(events.c.id))
    if dialect == "sqlite":
        columns.append(_Joined(_IDENTITY))
    of_these = events.c.client_id.in_(_THESE)
    return select(columns[0]).add_columns(*columns[1:]).where(of_these)


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
    """Return the events of these clients, by client id; those of one instant by their identity.

    The order of arrival does not change that order. The database joins each column into one text,
    because a Python object of each value takes far longer to make. Neither a kind nor canonical
    JSON holds the line feed that divides the contents.

    Args:
        conn: A connection.
        client_ids: Whose events to read.
        with_ids: Whether to read the events' ids too.
    """
    dialect = conn.dialect.name
    row = conn.execute(_joined(dialect, with_ids), {"client_ids": client_ids}).one()
    texts = [text or "" for text in row]
    identities = texts.pop() if dialect == "sqlite" else None
    joined, *numbers = texts
    contents = joined.split("\n") if joined else []
    owners, instants, *ids = (np.fromstring(text, np.int64, sep=",") for text in numbers)
    if identities is not None and (order := _in_order(owners, instants, identities)) is not None:
        owners, instants, *ids = (numbers[order] for numbers in (owners, instants, *ids))
        contents = [contents[at] for at in order]
    return EventColumns(owners, instants, contents, *ids)


def _in_order(owners: Integers, instants: Integers, identities: str) -> Integers | None:
    """Return the places of the events in their order; None if they are in it already.

    Args:
        owners: The client's id of each event, shape (n,).
        instants: When each event occurred, microseconds, shape (n,).
        identities: The n identities, divided by commas.
    """
    same_client = owners[1:] == owners[:-1]
    same_instant = same_client & (instants[1:] == instants[:-1])
    later = (owners[1:] > owners[:-1]) | (same_client & (instants[1:] > instants[:-1]))
    if later.all():
        return None
    names = identities.split(",")
    if np.all(later | same_instant) and all(
        names[at] < names[at + 1] for at in np.flatnonzero(same_instant)
    ):
        return None
    return np.array(sorted(range(len(names)), key=lambda at: (owners[at], instants[at], names[at])))


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
