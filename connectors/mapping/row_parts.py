"""The parts of a row that `each:` takes one after the other, and the columns that they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from connectors.mapping.cell_settings import Cell, Parts
from connectors.mapping.cells import (
    Columns,
    Notation,
    Remembered,
    Row,
    columns_of_conditions,
    compile_conditions,
    inner_columns,
    parts_column,
)
from connectors.mapping.event_rows import Identity, columns_of_event, split_identity
from connectors.mapping.path_checks import NAME, VALUE
from connectors.mapping.paths import from_record
from connectors.mapping.roster_rows import cells_of_roster
from connectors.mapping.settings import EventMapping, RowMapping


class PartCells(NamedTuple):
    """The cells that parts add to a row.

    Attributes:
        number: How many count, as a text; "" if none does.
        counted: Those for which `when` holds.
        others: The others; their events are taken back if there are any.
    """

    number: str
    counted: tuple[Row, ...]
    others: tuple[Row, ...]


def columns_of_parts(
    mapping: RowMapping, former: Iterable[Identity] = ()
) -> Mapping[str, tuple[str, ...]]:
    """Return the columns that a mapping looks at in its parts, by their name, in order.

    Args:
        mapping: The mapping.
        former: Identities whose columns are there too, as far as they are of parts.
    """
    wanted = {name: columns_of_conditions(each.when) for name, each in mapping.parts.items()}
    for event in mapping.events:
        if event.each in wanted:
            wanted[event.each] |= columns_of_event(event)
    for cell in _cells(mapping):
        if cell.each in wanted:
            wanted[cell.each] |= inner_columns([cell])
    for series, ids in former:
        name, columns = split_identity(Identity(series, ids))
        if name in wanted:
            wanted[name] |= set(columns or ())
    return {name: tuple(sorted(names)) for name, names in wanted.items()}


def columns_behind_parts(mapping: RowMapping) -> set[str]:
    """Return the columns of the row itself from which parts are made."""
    found: set[str] = set()
    inner = columns_of_parts(mapping)
    for name, parts in mapping.parts.items():
        if parts.columns is not None:
            outside = (from_record(column) for column in inner[name])
            found |= {*parts.columns, *(path for path, is_outside in outside if is_outside)}
    return found


def compile_parts(
    parts: Parts, inner: Sequence[str], columns: Columns, notation: Notation
) -> Callable[[Row], PartCells]:
    """Return a function from a row to its parts, if these are some of its columns.

    Args:
        parts: Says which columns.
        inner: The columns of a part.
        columns: The places of the row's columns.
        notation: How the rows are written.
    """
    cells_of = compile_part_cells(parts, inner, notation)
    outside = {name: columns[path] for name, path in _outside(inner)}
    said = [(name, columns[name]) for name in parts.columns or ()]

    def parts_of(row: Row) -> PartCells:
        around = {name: row[place] for name, place in outside.items()}
        found = []
        for name, place in said:
            one = {NAME: name, VALUE: row[place].strip(), **around}
            found.append(tuple(one[column] for column in inner))
        return cells_of(found)

    return parts_of


def part_columns(name: str) -> tuple[str, str, str]:
    """Return the names of the columns that PartCells add to a row."""
    return name, parts_column(name), f"not {parts_column(name)}"


def compile_part_cells(
    parts: Parts, inner: Sequence[str], notation: Notation
) -> Callable[[Sequence[Row]], PartCells]:
    """Return a function from all possible parts to the cells of those that count."""
    when = parts.when
    # Remembered, because most records have the same few parts.
    applies = Remembered(
        columns_of_conditions(when),
        {name: k for k, name in enumerate(inner)},
        lambda c: compile_conditions(when, c, notation),
    )

    answers, pick = applies.answers, applies.pick

    def cells(found: Sequence[Row]) -> PartCells:
        counted: list[Row] = []
        others: list[Row] = []
        for part in found:
            (counted if answers[pick(part)] else others).append(part)
        return PartCells(str(len(counted) or ""), tuple(counted), tuple(others))

    return cells


def _outside(inner: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in inner:
        path, is_outside = from_record(name)
        if is_outside:
            yield name, path


def _cells(mapping: RowMapping) -> Iterator[Cell]:
    """Yield every cell of a mapping that may be taken from parts."""
    if mapping.columns is not None:
        yield from cells_of_roster(mapping.columns)
    for event in mapping.events:
        yield from _cells_of_event(event)


def _cells_of_event(event: EventMapping) -> Iterator[Cell]:
    yield from event.client
    for cells in event.fields.values():
        yield from cells
    for moment in (event.at, *(event.version or ())):
        yield from moment.date or ()
        yield from moment.time or ()
