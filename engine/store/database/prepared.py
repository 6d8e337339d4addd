"""Statements that run at each event: compiled once, and then run by SQLite's driver itself.

SQLAlchemy takes ten times as long to run a statement as SQLite does. On PostgreSQL the way to the
server takes longer than both, so SQLAlchemy runs these statements there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.engine.result import IteratorResult, ResultMetaData, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
S = TypeVar("S")
_Process = Callable[[Any], Any] | None

# Longer lists are of batches, in which a statement counts for little.
LONGEST_LIST = 20
# By statement, and then by the names of the values that it is given.
PREPARED: dict[object, dict[tuple[str, ...], PreparedStatement | None]] = {}


def prepared(statement: S) -> S:
    """Return a statement, a constant of its module, after marking it for a DirectConnection."""
    PREPARED[statement] = {}
    return statement


class DirectConnection(Connection):
    """A connection to SQLite that hands prepared statements to the driver itself.

    It leaves all others to SQLAlchemy, and the prepared ones too if something listens to
    statements, or if a list of values is empty or long.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._driver = self.connection.driver_connection
        self._errors = engine.dialect.loaded_dbapi.Error

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """Run a statement, as Connection.execute does; a prepared one takes no options."""
        known = PREPARED.get(statement)
        if known is not None and not self.dispatch.before_cursor_execute:
            rows = parameters if isinstance(parameters, (list, tuple)) else [parameters or {}]
            names = tuple(rows[0])
            if names not in known:
                known[names] = prepare(statement, names, self.dialect)
            ready = known[names]
            if ready and (result := ready.run(self._driver, self._errors, rows)):
                return result
        return super().execute(statement, parameters, **options)

    def scalar(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """Return the first value of the first row, as Connection.scalar does."""
        return self.execute(statement, parameters, **options).scalar()


class DirectResult(IteratorResult[Any]):
    """The rows of a prepared statement, and how many rows it changed."""

    def __init__(self, metadata: ResultMetaData, rows: Iterator[Any], rowcount: int) -> None:
        super().__init__(metadata, rows)
        self.rowcount = rowcount


class _Place(NamedTuple):
    """A place for a value in a statement, and the value that stands there if none is given."""

    name: str
    usual: Any
    process: _Process
    is_list: bool


class PreparedStatement:
    """A statement's text, with the functions that turn values into the driver's and back."""

    def __init__(
        self, text: str, places: Sequence[_Place], marks: Sequence[str], columns: Sequence[_Process]
    ) -> None:
        """Keep the parts.

        Args:
            text: The statement.
            places: The places of its values, in the order of the text.
            marks: The mark that stands in the text for each list of values, in the same order.
            columns: The function that turns the driver's value of each column into ours, or None;
                empty if it returns no rows.
        """
        self._text, self._places, self._marks = text, places, marks
        self._is_plain = not marks and not any(place.process for place in places)
        self._returns_rows = bool(columns)
        self._processed = [(at, process) for at, process in enumerate(columns) if process]
        self._texts: dict[tuple[int, ...], str] = {(): text}
        self._metadata: ResultMetaData | None = None

    def run(
        self, driver: Any, errors: type[Exception], rows: Sequence[Values]
    ) -> DirectResult | None:
        """Run it once a row of values.

        Args:
            driver: The driver's connection.
            errors: The driver's errors, which are raised as SQLAlchemy raises them.
            rows: The values by name, at least one row.

        Returns:
            The result; None, without having run it, if only SQLAlchemy can run it so.
        """
        if len(rows) > 1 and (self._marks or self._returns_rows):
            return None
        values, lengths = self._given(rows[0])
        if lengths and not 0 < min(lengths) <= max(lengths) <= LONGEST_LIST:
            return None
        if len(rows) == 1:
            cursor = self._call(errors, driver, "execute", self._with_lists(lengths), values)
        else:
            others = [self._given(row)[0] for row in rows[1:]]
            cursor = self._call(errors, driver, "executemany", self._text, [values, *others])
        if self._metadata is None:
            self._metadata = SimpleResultMetaData([name for name, *_ in cursor.description or ()])
        return DirectResult(self._metadata, self._read(errors, cursor), cursor.rowcount)

    def _call(self, errors: type[Exception], driver: Any, name: str, *given: Any) -> Any:
        try:
            return getattr(driver, name)(*given)
        except errors as error:
            raise self._raised(errors, error) from error

    def _given(self, row: Values) -> tuple[list[Any], tuple[int, ...]]:
        """Return the driver's values, and the length of each list among them."""
        if self._is_plain:
            return [row.get(place[0], place[1]) for place in self._places], ()
        values: list[Any] = []
        lengths: tuple[int, ...] = ()
        for name, usual, process, is_list in self._places:
            value = row.get(name, usual)
            if is_list:
                lengths += (len(value),)
                values += value if process is None else map(process, value)
            else:
                values.append(value if process is None else process(value))
        return values, lengths

    def _with_lists(self, lengths: tuple[int, ...]) -> str:
        """Return the text with as many marks as the lists have values."""
        if lengths not in self._texts:
            text = self._text
            for mark, length in zip(self._marks, lengths, strict=True):
                text = text.replace(mark, ", ".join("?" * length), 1)
            self._texts[lengths] = text
        return self._texts[lengths]

    def _read(self, errors: type[Exception], cursor: Any) -> Iterator[Sequence[Any]]:
        try:
            if not self._processed:
                yield from cursor
                return
            for row in cursor:
                values = list(row)
                for at, process in self._processed:
                    values[at] = process(values[at])
                yield tuple(values)
        except errors as error:
            raise self._raised(errors, error) from error

    def _raised(self, errors: type[Exception], error: Exception) -> BaseException:
        return DBAPIError.instance(self._text, None, error, errors, hide_parameters=True)


def prepare(statement: Any, names: Collection[str], dialect: Dialect) -> PreparedStatement | None:
    """Prepare a statement for values of these names; return None if only SQLAlchemy can run it."""
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    text = str(compiled)
    places, marks = [], []
    for key in compiled.positiontup or ():
        bind = compiled.binds[key]
        if bind.required and bind.key not in names:
            return None
        if bind.expanding:
            marks.append(f"__[POSTCOMPILE_{key}]")
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        places.append(_Place(bind.key, bind.value, process, bind.expanding))
    made_by_sqlalchemy = [
        *compiled.insert_prefetch, *compiled.update_prefetch, *compiled.literal_execute_params
    ]  # fmt: skip
    if made_by_sqlalchemy or any(text.count(mark) != marks.count(mark) for mark in marks):
        return None
    columns = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.exported_columns
    ]
    return PreparedStatement(text, places, marks, columns)
