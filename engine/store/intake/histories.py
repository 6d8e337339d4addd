"""The data of measures: clients, their records, and their events in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import compress, groupby, islice
from operator import itemgetter, lt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns
from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.tables.intake import events
from engine.store.tables.people import clients, record_entries

Integers = NDArray[np.int64]

_THESE: BindParameter[int] = bindparam("client_ids", expanding=True)
_CLIENTS = prepared(
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
    # ORDER BY inside an aggregate needs SQLite 3.44, and would sort each column by itself;
    # `_in_order` sorts once. SQLite writes numbers as they are and divides by commas, which saves a
    # cast.
    clauses = (compiler.process(clause, **options) for clause in element.clauses)
    return f"group_concat({', '.join(clauses)})"


_ORDER = (events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
_LINE_FEED: ColumnElement[str] = literal_column("'\n'")
# No source and no key holds it, because PostgreSQL stores none; it comes before every character.
_NUL: ColumnElement[str] = literal_column("char(0)")

# Of all events, because the unique index over source and key answers that at once.
_LEAST, _GREATEST = (
    select(function(events.alias().c.source)).scalar_subquery() for function in (func.min, func.max)
)
_ONE_SOURCE = select(_LEAST == _GREATEST)
# So few clients have so few events that rows take no longer than joined columns.
_A_FEW = 3
_ROWS = prepared(
    select(events.c.client_id, events.c.occurred_at, events.c.kind + events.c.fields, events.c.id)
    .where(events.c.client_id.in_(_THESE))
    .order_by(*_ORDER)
)


@cache
def _joined(dialect: str, with_ids: bool, with_sources: bool = False) -> Select[Any]:
    """Select the contents, clients and instants of some clients' events, each as one text.

    Ids follow if they are asked for. On SQLite, where the rows come in any order, their identities
    follow. Keys are identities if all stored events have one source, and SQLite divides texts by a
    line feed much faster than by NUL.
    """
    columns: list[ColumnElement[Any]] = [
        _Joined(events.c.kind + events.c.fields, _LINE_FEED),
        _Joined(events.c.client_id),
        _Joined(events.c.occurred_at),
    ]
    if with_ids:
        columns.append(_Joined(events.c.id))
    if dialect == "sqlite":
        identity = events.c.source + _NUL + events.c.key
        columns.append(
            _Joined(identity, _NUL) if with_sources else _Joined(events.c.key, _LINE_FEED)
        )
    of_these = events.c.client_id.in_(_THESE)
    return select(columns[0]).add_columns(*columns[1:]).where(of_these)


_BETWEEN = (
    select(
        *(
            events.c[name]
            for name in ("client_id", "occurred_at", "kind", "fields", "source", "key")
        )
    )
    .where(
        events.c.client_id.in_(_THESE),
        events.c.occurred_at.between(bindparam("first"), bindparam("last")),
        events.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(events.c.client_id, events.c.occurred_at, events.c.source, events.c.key)
)
_SIZES = select(events.c.client_id, func.count()).group_by(events.c.client_id)


def read_clients(conn: Connection, client_ids: Sequence[int]) -> list[Client]:
    """Return these clients by id, each record in the order of its dates."""
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
    wanted = {"client_ids": client_ids}
    if conn.dialect.name != "sqlite":
        return EventColumns(*_columns(conn.execute(_joined("postgresql", with_ids), wanted).one()))
    if len(client_ids) <= _A_FEW:
        rows = conn.execute(_ROWS, wanted).all()
        few = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
        return EventColumns(*(few if with_ids else few[:3]))
    several = not conn.scalar(_ONE_SOURCE)
    columns, names = _named(conn, client_ids, with_ids, several)
    if len(names) != len(columns[0]):  # a key holds a line feed
        columns, names = _named(conn, client_ids, with_ids, with_sources=True)
    owners, instants, contents, *ids = columns
    if (order := _in_order(owners, instants, names)) is not None:
        owners, instants, *ids = (numbers[order] for numbers in (owners, instants, *ids))
        contents = [contents[at] for at in order.tolist()]
    return EventColumns(owners, instants, contents, *ids)


class TimedEvent(NamedTuple):
    """An event with its identity; `fields` are canonical JSON."""

    at: Instant
    kind: str
    fields: str
    source: str
    key: str


def events_between(
    conn: Connection,
    client_ids: Sequence[int],
    kinds: Collection[str],
    first: Instant,
    last: Instant,
) -> dict[int, list[TimedEvent]]:
    """Read some clients' events of some kinds between two instants, by client and in order."""
    asked = {"client_ids": client_ids, "kinds": sorted(kinds), "first": first, "last": last}
    found: dict[int, list[TimedEvent]] = defaultdict(list)
    for client_id, *event in conn.execute(_BETWEEN, asked):
        found[client_id].append(TimedEvent(*event))
    return found


def _named(
    conn: Connection, client_ids: Sequence[int], with_ids: bool, with_sources: bool
) -> tuple[tuple[Any, ...], list[str]]:
    """Read the columns of some clients' events from SQLite, and the events' identities."""
    asked = {"client_ids": client_ids}
    *row, joined = conn.execute(_joined("sqlite", with_ids, with_sources), asked).one()
    if not with_sources:
        return _columns(row), joined.split("\n") if joined else []
    parts = joined.split("\0") if joined else []
    return _columns(row), ["\0".join(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]


def _columns(row: Sequence[str | None]) -> tuple[Any, ...]:
    """Split joined texts into clients, instants, contents, and ids if there are any."""
    joined, *numbers = (text or "" for text in row)
    owners, instants, *ids = (np.fromstring(text, np.int64, sep=",") for text in numbers)
    return owners, instants, joined.split("\n") if joined else [], *ids


def _in_order(owners: Integers, instants: Integers, names: Sequence[str]) -> Integers | None:
    """Return the places of the events in their order; None if they are in it already.

    Args:
        owners: The client's id of each event, shape (n,).
        instants: When each event occurred, microseconds, shape (n,).
        names: The n identities, which have the order of the code points.
    """
    same_client = owners[1:] == owners[:-1]
    same_instant = same_client & (instants[1:] == instants[:-1])
    later = (owners[1:] > owners[:-1]) | (same_client & (instants[1:] > instants[:-1]))
    # `compress` and `map` compare in C; a loop would take as long as reading the events.
    tied = same_instant.tolist()
    pairs = (compress(names, tied), compress(islice(names, 1, None), tied))
    if np.all(later | same_instant) and all(map(lt, *pairs)):
        return None
    return np.array(sorted(range(len(names)), key=lambda at: (owners[at], instants[at], names[at])))


def batches(conn: Connection, most_clients: int, most_events: int) -> Iterator[list[int]]:
    """Yield all clients by id in batches that keep to limits of clients and of events."""
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
    """Return the instants of the earliest and of the latest stored event; None without any."""
    first, last = conn.execute(
        select(func.min(events.c.occurred_at), func.max(events.c.occurred_at))
    ).one()
    return None if first is None else (first, last)


def count_clients(conn: Connection) -> int:
    """How many clients there are."""
    return conn.execute(select(func.count()).select_from(clients)).scalar_one()
