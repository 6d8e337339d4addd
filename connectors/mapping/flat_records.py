"""Records with an inside, such as JSON, as rows of cells: one for each path that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from connectors.mapping.cell_settings import Parts
from connectors.mapping.cells import Notation
from connectors.mapping.event_rows import Identity, split_identity
from connectors.mapping.paths import FROM_RECORD, RecordForm, cell_of, from_record, parse_path
from connectors.mapping.row_parts import (
    PartCells,
    columns_of_parts,
    compile_part_cells,
    part_columns,
)
from connectors.mapping.rows import WHOLE_RECORD, Record, wanted_columns
from connectors.mapping.settings import RowMapping

# Takes all values in order. It runs for each record, and naming each value takes twice as long.
_new_record: Callable[[Sequence[Any]], Record] = partial(tuple.__new__, Record)


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
        self._cells = _Cells(form, paths)
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
                cells: list[Any] = self._cells.take(part, record)
                cells.append(text)
                for parts_of in self._parts:
                    cells += parts_of(part, record)
            except ValueError as error:
                yield Record(line, [], text, str(error))
            else:
                yield _new_record((line, cells, text, None))


class _Cells:
    """Columns of a record or of its parts."""

    def __init__(self, form: RecordForm, columns: Sequence[str]) -> None:
        self._columns = columns
        self.paths, self._outside = [], []
        for column in columns:
            path, is_outside = from_record(column)
            self.paths.append(parse_path(path))
            self._outside.append(is_outside)
        self._row = form.row(self.paths)
        self._careful = [cell_of(form, path) for path in self.paths]
        self.is_mixed = any(self._outside)  # some begin at the record, and not at the part

    def take(self, part: Any, record: Any) -> list[str]:
        """Return the cells of a part of a record.

        Raises:
            ValueError: One has no text; the message names its column.
        """
        if not self.is_mixed:
            try:
                return self._row(part)
            except ValueError:
                pass  # the careful way finds several values, or says which column has none
        return self._take_carefully(part, record)

    def _take_carefully(self, part: Any, record: Any) -> list[str]:
        cells = []
        ways = zip(self._columns, self._outside, self._careful, strict=True)
        for column, is_outside, cell in ways:
            try:
                cells.append(cell(record if is_outside else part))
            except ValueError as error:
                raise ValueError(f"{column}: {error}") from None
        return cells


def _parts(
    form: RecordForm, parts: Parts, inner: Sequence[str], notation: Notation
) -> Callable[[Any, Any], PartCells]:
    of = parse_path(str(parts.of).removeprefix(FROM_RECORD))
    find, from_whole = form.find(of), str(parts.of).startswith(FROM_RECORD)
    cells, cells_of = _Cells(form, inner), compile_part_cells(parts, inner, notation)
    quick = (
        None if cells.is_mixed else form.quick(of, cells.paths, lambda one: cells.take(one, one))
    )
    if quick is not None:
        return lambda part, record: cells_of(quick(record if from_whole else part))

    def parts_of(part: Any, record: Any) -> PartCells:
        found = find(record if from_whole else part)
        return cells_of([tuple(cells.take(one, record)) for one in found])

    return parts_of
