"""A mapping's words about cells, compiled once for a file's columns into functions of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from connectors.mapping.cell_settings import Cell, Conditions, Test
from connectors.mapping.identifiers import read_identifier
from connectors.mapping.paths import SEVERAL
from engine.model.field_reading import Constant, read_number
from engine.model.word_folding import fold

# The cell of some parts holds a row for each of them, and is asked for by `each:` alone.
Row = Sequence[Any]
Columns = Mapping[str, int]  # from a column's name to its place in a row
T = TypeVar("T")

# Bounds the memory of remembered results. Only columns with few equal cells reach it.
_MOST_REMEMBERED = 100_000
_EACH = "each "


class Notation(NamedTuple):
    """How rows are written: the decimal separator, and the columns of their parts, by name."""

    decimal: str = "."
    parts: Mapping[str, Columns] = MappingProxyType({})


PLAIN = Notation()


class Remembered(Generic[T]):
    """A function of some of a row's cells that is computed once for equal cells.

    Attributes:
        pick: Takes the cells from a row.
        answers: The function's value by those cells; code that runs for every row asks it directly.
    """

    def __init__(
        self, names: Iterable[str], columns: Columns, make: Callable[[Columns], Callable[[Row], T]]
    ) -> None:
        used = sorted(set(names), key=columns.__getitem__)
        self.pick = _picker([columns[name] for name in used])
        self.answers: Mapping[tuple[Any, ...], T] = _Answers(
            make({name: place for place, name in enumerate(used)})
        )

    def __call__(self, row: Row) -> T:
        """Return the function's value for this row; an error is raised each time."""
        return self.answers[self.pick(row)]


class _Answers(dict[tuple[Any, ...], T]):
    def __init__(self, compute: Callable[[Row], T]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, cells: tuple[Any, ...]) -> T:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        answer = self[cells] = self._compute(cells)
        return answer


def _picker(places: Sequence[int]) -> Callable[[Row], tuple[Any, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        (place,) = places
        return lambda row: (row[place],)
    return lambda _: ()


def columns_of(cells: Iterable[Cell]) -> set[str]:
    """Return the names of all columns that these cells or their conditions look at."""
    names: set[str] = set()
    for cell in cells:
        names |= {parts_column(cell.each)} if cell.each else inner_columns([cell])
    return names


def inner_columns(cells: Iterable[Cell]) -> set[str]:
    """Return the names of the columns that these cells look at, in a row or in its parts."""
    names = {cell.column for cell in cells if cell.column is not None}
    return names.union(*(columns_of_conditions(cell.when) for cell in cells))


def parts_column(name: str) -> str:
    """Return the name of the column that holds the parts of this name."""
    return _EACH + name


def parts_name(column: str) -> str | None:
    """Return the name of the parts that a column holds; None if it holds none."""
    return column.removeprefix(_EACH) if column.startswith(_EACH) else None


def columns_of_conditions(conditions: Conditions | None) -> set[str]:
    """Return the names of all columns that conditions look at."""
    return {name for tests in conditions or () for name in tests}


def compile_cells(
    cells: Sequence[Cell],
    columns: Columns,
    notation: Notation = PLAIN,
    read: Callable[[str], str] = lambda text: text,
) -> Callable[[Row], Constant | None]:
    """Compile the ways to one value.

    Args:
        cells: The ways; the first that gives a value counts.
        columns: The places of the columns in a row.
        notation: How the rows are written.
        read: Turns a cell's text into the value; constants of the mapping stay as they are.

    Returns:
        A function from a row to text, a constant or a tuple of words; None for no value. It raises
        ValueError if a required cell is empty, or its text is missing in `values`.
    """
    compiled = [_compile_cell(cell, columns, notation, read) for cell in cells]
    if len(compiled) == 1:
        return compiled[0]

    def first(row: Row) -> Constant | None:
        return next((value for take in compiled if (value := take(row)) is not None), None)

    return first


def compile_conditions(
    conditions: Conditions | None, columns: Columns, notation: Notation = PLAIN
) -> Callable[[Row], bool]:
    """Return a function that says whether a row meets the conditions; without any, all do."""
    if conditions is None:
        return lambda _: True
    compiled = [
        [(columns[name], name, test) for name, test in tests.items()] for tests in conditions
    ]
    return lambda row: any(
        all(_holds(test, row[place].strip(), name, notation.decimal) for place, name, test in t)
        for t in compiled
    )


def plain_number(text: str, decimal: str) -> str:
    """Return a number with a point before its decimals.

    Raises:
        ValueError: The text has a point where `decimal` is a comma, and so may mean thousands.
    """
    if decimal == ".":
        return text
    if "." in text:
        raise ValueError(
            f"'{text}' has a point, and decimals are written with '{decimal}' here; "
            "a point between thousands cannot be read"
        )
    return text.replace(decimal, ".")


def _compile_cell(
    cell: Cell, columns: Columns, notation: Notation, read: Callable[[str], str]
) -> Callable[[Row], Constant | None]:
    if cell.each is not None:
        return _compile_each(cell, cell.each, columns, notation, read)
    applies = compile_conditions(cell.when, columns, notation)
    if cell.column is None:
        return lambda row: cell.always if applies(row) else None
    place = columns[cell.column]
    return lambda row: _value(cell, row[place].strip(), read) if applies(row) else None


def _compile_each(
    cell: Cell, name: str, columns: Columns, notation: Notation, read: Callable[[str], str]
) -> Callable[[Row], Constant | None]:
    """Compile a cell that is taken from every part: the values of all, or the worst of them."""
    one = cell.model_copy(update={"each": None})
    take = _compile_cell(one, notation.parts[name], notation, read)
    place = columns[parts_column(name)]

    def every(row: Row) -> Constant | None:
        values = [value for part in row[place] if (value := take(part)) is not None]
        if not values:
            return None
        if cell.worst_of is not None:
            return _worst(values, cell.worst_of)
        return tuple(dict.fromkeys(word for value in values for word in _words(value)))

    return every


def _worst(values: Sequence[Constant], worst_of: Sequence[str]) -> str:
    said = {fold(word): word for value in values for word in _words(value)}
    ranked = list(map(fold, worst_of))
    for unranked in (word for folded, word in said.items() if folded not in ranked):
        raise ValueError(f"worst_of: does not say how bad '{unranked}' is")
    return said[min(said, key=ranked.index)]


def _value(cell: Cell, text: str, read: Callable[[str], str]) -> Constant | None:
    separator = SEVERAL if SEVERAL in text else cell.split
    if separator is None:
        return _filled(cell, text, read) if text else _empty(cell)
    parts = [part.strip() for part in text.split(separator)]
    if cell.part is not None:
        part = parts[cell.part - 1] if cell.part <= len(parts) else ""
        return _filled(cell, part, read) if part else _empty(cell)
    values = {word for part in parts if part for word in _words(_filled(cell, part, read))}
    return tuple(sorted(values)) if values else _empty(cell)


def _words(value: Constant) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value


def _empty(cell: Cell) -> Constant | None:
    if cell.required:
        raise ValueError(f"the column '{cell.column}' is empty")
    return cell.if_empty


def _filled(cell: Cell, text: str, read: Callable[[str], str]) -> Constant:
    if cell.if_filled is not None:
        return cell.if_filled
    text = _written_alike(cell, text)
    if cell.values is None:
        return read(text)
    value = cell.values.get(fold(text), cell.otherwise)
    if value is None:
        raise ValueError(
            f"the mapping does not say what '{text}' means in the column '{cell.column}'"
        )
    return value


def _written_alike(cell: Cell, text: str) -> str:
    """Return a cell's text in the mapping's form: stripped, padded or in capitals."""
    if cell.strip is not None or cell.pad is not None or cell.upper:
        text = read_identifier(text)
    if cell.strip is not None:
        text = text.lstrip(cell.strip) or text[-1:]
    if cell.pad is not None:
        text = text.rjust(cell.pad, "0")
    return text.upper() if cell.upper else text


def _holds(test: Test, text: str, column: str, decimal: str) -> bool:
    if SEVERAL in text:
        return _holds_among(test, text.split(SEVERAL), column, decimal)
    word = fold(text)
    return (
        (test.is_ is None or word in test.is_)
        and (test.is_not is None or word not in test.is_not)
        and (test.contains is None or any(part in word for part in test.contains))
        and (test.in_ is None or word in test.in_)
        and (test.empty is None or test.empty == (not word))
        and _compares(test, text, column, decimal)
    )


def _holds_among(test: Test, texts: Sequence[str], column: str, decimal: str) -> bool:
    """Return whether one of several values passes the test, and none is what it must not be."""
    others = test.model_copy(update={"is_not": None})
    return not set(map(fold, texts)) & set(test.is_not or ()) and any(
        _holds(others, text, column, decimal) for text in texts
    )


def _compares(test: Test, text: str, column: str, decimal: str) -> bool:
    if test.at_least is test.more_than is test.at_most is test.less_than is None:
        return True
    if not text:
        return False
    try:
        number = read_number(plain_number(text, decimal))
    except ValueError as error:
        raise ValueError(f"{error} (the column '{column}')") from None
    return (
        (test.at_least is None or number >= test.at_least)
        and (test.more_than is None or number > test.more_than)
        and (test.at_most is None or number <= test.at_most)
        and (test.less_than is None or number < test.less_than)
    )
