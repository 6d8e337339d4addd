"""Rows to events: one mapping of events, compiled for a file's columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, NamedTuple

from connectors.mapping.cell_settings import Cell, TimestampColumns
from connectors.mapping.cells import (
    Columns,
    Notation,
    Remembered,
    Row,
    columns_of,
    columns_of_conditions,
    compile_cells,
    compile_conditions,
    parts_column,
    parts_name,
    plain_number,
)
from connectors.mapping.identifiers import read_identifier
from connectors.mapping.paths import SEVERAL, refuse_several
from connectors.mapping.settings import EventMapping
from connectors.mapping.timestamps import (
    columns_of_timestamps,
    compile_timestamp,
    compile_version,
    is_iso,
)
from engine.model.client_identifier import identifier_ref
from engine.model.event import Value, write_fields
from engine.model.event_kinds import Field, Kind
from engine.model.field_reading import constant_text, constant_value
from engine.model.intake import DatedValue, ReadEvent
from engine.model.local_time import WallClock

# The store's columns are as wide. A longer text is certainly a mistake.
LONGEST_REF = 64
LONGEST_KEY = 100


class Identity(NamedTuple):
    """The parts of an event's key: the mapping's series, and the columns of the row's own id.

    Of an event that is made for each part, the first column is the one that holds the parts.
    """

    series: str
    id: tuple[str, ...] | None


# Takes all values in order. It runs for each event, and naming each value takes twice as long.
_new_event: Callable[[Sequence[Any]], ReadEvent] = partial(tuple.__new__, ReadEvent)
ReadRow = Callable[[Row, int, str], ReadEvent | None]
ReadKey = Callable[[Row], str]


def columns_of_event(mapping: EventMapping) -> set[str]:
    """Return the names of all columns that the mapping looks at."""
    fields = [cell for cells in mapping.fields.values() for cell in cells]
    return (
        columns_of([*mapping.client, *fields])
        | columns_of_timestamps([mapping.at, *(mapping.version or ())])
        | columns_of_conditions(mapping.when)
        | columns_of_conditions(mapping.withdraw_when)
        | set(mapping.id or ())
    )


def identity(mapping: EventMapping) -> Identity:
    """Return the parts that make up the keys of a mapping's events."""
    if mapping.each is None or mapping.id is None:
        return Identity(mapping.series, mapping.id)
    return Identity(mapping.series, (parts_column(mapping.each), *mapping.id))


def split_identity(identity: Identity) -> tuple[str | None, tuple[str, ...] | None]:
    """Return the name of the parts that have the id, if parts have it, and the id's columns."""
    if identity.id and (name := parts_name(identity.id[0])):
        return name, identity.id[1:]
    return None, identity.id


def compile_event(
    mapping: EventMapping,
    kind: Kind,
    columns: Columns,
    notation: Notation,
    clock: WallClock | None,
    key_of: ReadKey,
    clients_by: str | None = None,
) -> ReadRow:
    """Return a function from a row, its line and its text to the row's event.

    The function returns None if `when` does not hold or `withdraw_when` does. It raises ValueError,
    in plain words, if the row cannot be read.
    """
    client_of = Remembered(
        columns_of(mapping.client),
        columns,
        partial(_compile_client, mapping.client, notation, clients_by),
    )
    at_of = _compile_at(mapping.at, columns, notation, clock)
    read = {
        word: field
        for word, field in kind.fields.items()
        if word in mapping.fields and field.type != "text"
    }
    looked_at = columns_of([cell for word in read for cell in mapping.fields[word]])
    fields_of = Remembered(
        looked_at
        | columns_of_conditions(mapping.when)
        | columns_of_conditions(mapping.withdraw_when),
        columns,
        lambda c: _compile_fields(mapping, read, c, notation),
    )
    note_of = _compile_note(mapping, kind, columns, notation)
    version_of = compile_event_version(mapping, columns, clock)
    word = mapping.kind
    clients, pick_client = client_of.answers, client_of.pick
    values, pick_values = fields_of.answers, fields_of.pick

    def event(row: Row, line: int, text: str) -> ReadEvent | None:
        fields = values[pick_values(row)]
        if fields is None:
            return None
        at, local = at_of(row)
        return _new_event((
            clients[pick_client(row)], word, at, key_of(row), fields, note_of and note_of(row),
            line, local, text, version_of and version_of(row),
        ))  # fmt: skip

    return event


def row_digest(row: Row) -> str:
    """Return the identity of a row without an id: a digest of all its cells, 32 hex digits."""
    return blake2b("\x1f".join(row).encode(), digest_size=16).hexdigest()


def label(word: str, names: Collection[str]) -> str:
    """Return the name of a value in a reason: its word, and its columns if their names differ."""
    others = sorted(set(names) - {word})
    return f"{word} (from {' and '.join(others)})" if others else word


def compile_event_version(
    mapping: EventMapping, columns: Columns, clock: WallClock | None
) -> Callable[[Row], int] | None:
    """Return a function from a row to its version; None if the mapping names none."""
    if mapping.version is None:
        return None
    read = compile_version(mapping.version, columns, clock)
    shown = label("version", columns_of_timestamps(mapping.version))

    def version(row: Row) -> int:
        try:
            return read(row)
        except ValueError as error:
            raise ValueError(f"{shown}: {error}") from None

    return version


def _compile_client(
    cells: Sequence[Cell], notation: Notation, clients_by: str | None, columns: Columns
) -> Callable[[Row], str]:
    take = compile_cells(cells, columns, notation)

    def client(row: Row) -> str:
        value = take(row)
        if value is None:
            raise ValueError(f"{label('client', columns)}: is empty")
        try:
            if not isinstance(value, str):
                refuse_several(SEVERAL)
            ref = read_identifier(constant_text(value))
            ref = identifier_ref(clients_by, ref) if clients_by else ref
        except ValueError as error:
            raise ValueError(f"{label('client', columns)}: {error}") from None
        if len(ref) > LONGEST_REF:
            raise ValueError(f"{label('client', columns)}: is longer than {LONGEST_REF} characters")
        return ref

    return client


def _compile_at(
    moment: TimestampColumns, columns: Columns, notation: Notation, clock: WallClock | None
) -> Callable[[Row], DatedValue]:
    """Return a function from a row to its instant, remembered where reading takes long."""
    names = columns_of_timestamps([moment])
    shown = label("at", names)

    def compiled(places: Columns) -> Callable[[Row], DatedValue]:
        read = compile_timestamp(moment, places, clock, notation)

        def at(row: Row) -> DatedValue:
            try:
                found = read(row)
            except ValueError as error:
                raise ValueError(f"{shown}: {error}") from None
            if found is None:
                raise ValueError(f"{shown}: is empty")
            return found

        return at

    return compiled(columns) if is_iso(moment) else Remembered(names, columns, compiled)


def _compile_fields(
    mapping: EventMapping, read: Mapping[str, Field], columns: Columns, notation: Notation
) -> Callable[[Row], str | None]:
    decimal = notation.decimal
    applies = compile_conditions(mapping.when, columns, notation)
    taken_back = (
        compile_conditions(mapping.withdraw_when, columns, notation)
        if mapping.withdraw_when
        else lambda _: False
    )
    takes = [
        (
            word,
            label(word, columns_of(mapping.fields[word])),
            field,
            compile_cells(
                mapping.fields[word],
                columns,
                notation,
                (lambda text: plain_number(text, decimal)) if field.type == "number" else str,
            ),
        )
        for word, field in read.items()
    ]

    def fields(row: Row) -> str | None:
        if not applies(row) or taken_back(row):
            return None
        values: dict[str, Value] = {}
        for word, shown, field, take in takes:
            try:
                value = take(row)
                if value is not None:
                    values[word] = constant_value(field, value)
            except ValueError as error:
                raise ValueError(f"{shown}: {error}") from None
        return write_fields(values)

    return fields


def _compile_note(
    mapping: EventMapping, kind: Kind, columns: Columns, notation: Notation
) -> Callable[[Row], str | None] | None:
    takes = [
        compile_cells(cells, columns, notation)
        for word, cells in mapping.fields.items()
        if kind.fields[word].type == "text"
    ]
    if not takes:
        return None

    def note(row: Row) -> str | None:
        said = [constant_text(value) for take in takes if (value := take(row)) is not None]
        return "\n".join(said) or None

    return note


def compile_key(
    identity: Identity, columns: Columns, digest: Callable[[Row], str] = row_digest
) -> ReadKey:
    """Return a function from a row to its event's key: the series, and the row's id or digest.

    The function raises ValueError if the id is empty or too long.
    """
    series, (_, id_columns) = identity.series, split_identity(identity)
    if id_columns is None:
        return lambda row: f"{series}:{digest(row)}"
    first, *others = [columns[name] for name in id_columns]
    shown = label("id", id_columns)

    def key(row: Row) -> str:
        try:
            part = read_identifier(row[first])
            is_whole, key = bool(part), f"{series}:{part}"
            for place in others:
                part = read_identifier(row[place])
                is_whole, key = is_whole and bool(part), f"{key}\x1f{part}"
        except ValueError as error:
            raise ValueError(f"{shown}: {error}") from None
        if not is_whole:
            raise ValueError(f"{shown}: is empty")
        if len(key) > LONGEST_KEY:
            raise ValueError(f"{shown}: is longer than {LONGEST_KEY - len(series) - 1} characters")
        return key

    return key
