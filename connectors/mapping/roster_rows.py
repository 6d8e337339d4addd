"""Rows to the roster: clients, staff, assignments and consents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from connectors.mapping.cell_settings import Cell, TimestampColumns
from connectors.mapping.cells import Columns, Notation, Row, columns_of, compile_cells
from connectors.mapping.event_rows import label
from connectors.mapping.identifiers import read_identifier
from connectors.mapping.settings import ClientColumns, RosterColumns, RowMapping, StaffColumns
from connectors.mapping.timestamps import columns_of_timestamps, compile_timestamp
from engine.model.client_identifier import identifier_ref
from engine.model.field_reading import Constant, constant_text
from engine.model.intake import DatedValue, RosterRow
from engine.model.local_time import WallClock
from engine.model.roster_values import REQUIRED, read_due_by, read_roster_value, short

# What a row is taken without if it cannot be read.
_TAKEN_WITHOUT: Mapping[str, frozenset[str]] = {
    "clients": frozenset({"phone", "timezone"}),
    "staff": frozenset({"call_name", "quiet_from", "quiet_to"}),
}
# Dates without which nobody is watched, and no consent is told from another.
_REAL_DATES = frozenset({"enrolled", "given"})
# What a spreadsheet may have taken for a number.
_IDENTIFIERS = frozenset({"ref", "client", "staff", "phone", "value"})
_MAY_BE_MISSING = "call_name"  # lists of before have no such column

# A row and, where the row is good but for a part that it is taken without, the fault of that part.
ReadRoster = Callable[[Row, int, str], tuple[RosterRow, str | None]]


def columns_of_roster(mapping: RosterColumns) -> set[str]:
    """Return the names of all columns that rows must have; the call name's may be missing."""
    cells, moments = _parts(mapping)
    cells = {word: each for word, each in cells.items() if word != _MAY_BE_MISSING}
    taken = [cell for each in (*cells.values(), *_named(mapping)) for cell in each]
    return columns_of(taken) | columns_of_timestamps(moments.values())


def cells_of_roster(mapping: RosterColumns) -> Iterator[Cell]:
    """Yield every cell that gives a value of a row, attributes and schedules included."""
    cells, moments = _parts(mapping)
    for each in (*cells.values(), *_named(mapping)):
        yield from each
    for moment in moments.values():
        yield from moment.date or ()
        yield from moment.time or ()


def compile_roster(
    mapping: RowMapping, columns: Columns, notation: Notation, clock: WallClock | None
) -> ReadRoster:
    """Return a function from a row, its line and its text to a row of the roster.

    A client whose phone number, timezone or due time of a schedule cannot be read is taken without
    it, because nobody watches over a client who is missing. A member of staff is taken without
    quiet hours or call name, but not without the phone, so that a working number is not lost.

    The function raises ValueError if the row cannot be read.
    """
    kind, said = mapping.roster, mapping.columns
    assert kind is not None
    assert said is not None
    alone = mapping.one_per is not None
    cells, moments = _parts(said)
    if not columns_of(cells.get(_MAY_BE_MISSING, ())) <= columns.keys():
        cells = {word: each for word, each in cells.items() if word != _MAY_BE_MISSING}
    attributes = said.attributes if isinstance(said, ClientColumns | StaffColumns) else {}
    schedules = said.schedules if isinstance(said, ClientColumns) else {}
    takes = {
        word: (label(word, columns_of(each)), compile_cells(each, columns, notation))
        for word, each in cells.items()
    }
    attribute_takes = {
        word: (word, compile_cells(each, columns, notation)) for word, each in attributes.items()
    }
    schedule_takes = {
        word: (label(word, columns_of(each)), compile_cells(each, columns, notation))
        for word, each in schedules.items()
    }
    reads = {
        word: (
            label(word, columns_of_timestamps([moment])),
            compile_timestamp(
                moment, columns, clock, notation, may_be_open=word not in _REAL_DATES
            ),
        )
        for word, moment in moments.items()
    }

    def roster_row(row: Row, line: int, text: str) -> tuple[RosterRow, str | None]:
        complaint = None
        values: dict[str, str | None] = {}
        for word, (shown, take) in takes.items():
            try:
                value = take(row)
                read = None if value is None else _read(word, constant_text(value))
                if word == "client" and mapping.clients_by and read:
                    read = short("ref", identifier_ref(mapping.clients_by, read))
                values[word] = read
            except ValueError as error:
                complaint = f"{shown}: {error}"
                if word not in _TAKEN_WITHOUT.get(kind, ()):
                    raise ValueError(complaint) from None
        dates = {word: _dated(shown, read, row) for word, (shown, read) in reads.items()}
        for word in REQUIRED & (values.keys() | dates.keys()):
            if values.get(word) is None and dates.get(word) is None:
                raise ValueError(f"{(takes.get(word) or reads[word])[0]}: is empty")
        held = {
            word: _attribute(shown, take(row)) for word, (shown, take) in attribute_takes.items()
        }
        due_by: dict[str, str | None] = {}
        for word, (shown, take) in schedule_takes.items():
            try:
                value = take(row)
                due_by[word] = None if value is None else read_due_by(constant_text(value))
            except ValueError as error:
                complaint = f"{shown}: {error}"
        return RosterRow(kind, line, text, values, dates, held, due_by, alone), complaint

    return roster_row


def _named(mapping: RosterColumns) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of what a row gives under names of the site's own."""
    if isinstance(mapping, ClientColumns | StaffColumns):
        yield from mapping.attributes.values()
    if isinstance(mapping, ClientColumns):
        yield from mapping.schedules.values()


def _parts(
    mapping: RosterColumns,
) -> tuple[Mapping[str, tuple[Cell, ...]], Mapping[str, TimestampColumns]]:
    given = [
        (word, getattr(mapping, word))
        for word in type(mapping).model_fields
        if word not in {"attributes", "schedules"}
    ]
    moments = {word: each for word, each in given if isinstance(each, TimestampColumns)}
    return {word: each for word, each in given if each is not None and word not in moments}, moments


def _dated(shown: str, read: Callable[[Row], DatedValue | None], row: Row) -> DatedValue | None:
    try:
        return read(row)
    except ValueError as error:
        raise ValueError(f"{shown}: {error}") from None


def _attribute(word: str, value: Constant | None) -> str | None:
    return None if value is None else short(word, constant_text(value))


def _read(word: str, text: str) -> str:
    return read_roster_value(word, read_identifier(text) if word in _IDENTIFIERS else text)
