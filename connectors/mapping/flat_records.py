"""Records with an inside, such as JSON, as rows of cells: one for each path that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from connectors.mapping.cell_settings import Parts
from connectors.mapping.cells import Notation
from connectors.mapping.event_rows import Identity, split_identity
from connectors.mapping.paths import FROM_RECORD, SEVERAL, RecordForm, from_record, parse_path
from connectors.mapping.row_parts import (
    PartCells,
    columns_of_parts,
    compile_part_cells,
    part_columns,
)
from connectors.mapping.rows import WHOLE_RECORD, Record, wanted_columns
from connectors.mapping.settings import RowMapping

_Cell = Callable[[Any, Any], str]  # from a part and its record to a cell


class FlatRecords:
    """A mapping's paths, compiled once; `header` names the columns of the rows that it makes."""

    def __init__(
        self, mapping: RowMapping, form: RecordForm, former: Iterable[Identity] = ()
    ) -> None:
        """Compile the paths.

        Args:
            mapping: The mapping, whose paths were checked.
            form: The form of the records.
            former: Identities whose columns are made too.
        """
        former = tuple(former)
        ids = {
            column
            for name, columns in map(split_identity, former)
            if name is None
            for column in columns or ()
        }
        paths = sorted(wanted_columns(mapping) | ids)
        self._form = form
        self._each = None if mapping.each is None else form.find(parse_path(mapping.each))
        self._cells = [_cell(form, path) for path in paths]
        inner = columns_of_parts(mapping, former)
        self._parts = [
            _parts(form, parts, inner[name], Notation(mapping.decimal))
            for name, parts in mapping.parts.items()
            if parts.of is not None
        ]
        added = [
            column
            for name, parts in mapping.parts.items()
            if parts.of is not None
            for column in part_columns(name)
        ]
        self.header: tuple[str, ...] = (*paths, WHOLE_RECORD, *added)

    def rows(self, record: Any, line: int) -> Iterator[Record]:
        """Yield a record's rows: one, or one for each part that `each:` names.

        Args:
            record: The record in its form.
            line: The record's line, which all its rows have.
        """
        for part in (record,) if self._each is None else self._each(record):
            text = self._form.written(part)
            try:
                cells: list[Any] = [cell(part, record) for cell in self._cells]
                cells.append(text)
                for parts_of in self._parts:
                    cells += parts_of(part, record)
            except ValueError as error:
                yield Record(line, [], text, str(error))
            else:
                yield Record(line, cells, text, None)


def _cell(form: RecordForm, column: str) -> _Cell:
    path, outside = from_record(column)
    find = form.find(parse_path(path))

    def cell(part: Any, record: Any) -> str:
        found = find(record if outside else part)
        try:
            if len(found) == 1:
                (one,) = found
                return one if type(one) is str and "\0" not in one else form.text(one)
            return SEVERAL.join(text for each in found if (text := form.text(each)))
        except ValueError as error:
            raise ValueError(f"{column}: {error}") from None

    return cell


def _alone(cell: _Cell, part: Any) -> str:
    return cell(part, None)


def _parts(
    form: RecordForm, parts: Parts, inner: Sequence[str], notation: Notation
) -> Callable[[Any, Any], PartCells]:
    of = parse_path(str(parts.of).removeprefix(FROM_RECORD))
    find, from_whole = form.find(of), str(parts.of).startswith(FROM_RECORD)
    cells = [_cell(form, column) for column in inner]
    cells_of = compile_part_cells(parts, inner, notation)
    paths = [from_record(column) for column in inner]
    if not any(outside for _, outside in paths):
        alone = [partial(_alone, cell) for cell in cells]
        quick = form.quick(of, [parse_path(path) for path, _ in paths], alone)
        if quick:
            return lambda part, record: cells_of(quick(record if from_whole else part))

    def parts_of(part: Any, record: Any) -> PartCells:
        found = find(record if from_whole else part)
        return cells_of([tuple(cell(one, record) for cell in cells) for one in found])

    return parts_of
