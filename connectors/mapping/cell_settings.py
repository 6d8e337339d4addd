"""Settings that say how a mapping takes values, dates and conditions from a row's cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainValidator, TypeAdapter, model_validator

from connectors.mapping.date_formats import read_formats
from engine.model.field_reading import Constant
from engine.model.strict import LAZY, Strict
from engine.model.word_folding import fold


class Mapped(Strict):
    """A part of a mapping."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield only the keys that were written.

        New settings of a later version therefore change nothing about older mappings.
        """
        return (
            (name, value)
            for name, value in super().__repr_args__()
            if name in self.model_fields_set
        )


def _constant(written: Any) -> Constant:
    if isinstance(written, str) and written:
        return written
    if (
        isinstance(written, list)
        and written
        and all(isinstance(word, str) and word for word in written)
    ):
        return tuple(written)
    raise ValueError("must be a word, a number, yes, no, or a list of words")


def _cell(written: Any) -> str:
    """Return a written cell as cells are compared: upper and lower case make no difference."""
    if isinstance(written, str):
        return fold(written)
    raise ValueError("must be what a cell says: a word or a number")


def _values(written: Any) -> dict[str, Constant]:
    if not isinstance(written, dict) or not written:
        raise ValueError("must say what each cell means, such as {POS: positive, NEG: negative}")
    values: dict[str, Constant] = {}
    for key, value in written.items():
        if _cell(key) in values:
            raise ValueError(
                f"says twice what '{key}' means; upper and lower case make no difference"
            )
        values[_cell(key)] = _constant(value)
    return values


def _column_name(written: Any) -> str:
    if isinstance(written, str) and written.strip():
        return written.strip()
    raise ValueError("must be the name of a column")


ColumnName = Annotated[str, BeforeValidator(_column_name)]
FixedValue = Annotated[Constant, PlainValidator(_constant)]


class Test(Mapped):
    """A condition on one cell; all its parts must hold. Words are in lower case."""

    __test__ = False  # it is not one of pytest's

    is_: tuple[str, ...] | None = Field(None, alias="is")
    is_not: tuple[str, ...] | None = None
    contains: tuple[str, ...] | None = None
    empty: bool | None = None
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any) -> Any:
        if isinstance(written, str) and written in {"empty", "filled"}:
            return {"empty": written == "empty"}
        if not isinstance(written, dict):
            return {"is": _cells(written)}
        if not written:
            raise ValueError("asks nothing; name what the cell must be")
        words = {
            word: _cells(written[word]) for word in ("is", "is_not", "contains") if word in written
        }
        return {**written, **words}


def _cells(written: Any) -> tuple[str, ...]:
    listed = written if isinstance(written, list) else [written]
    if not listed:
        raise ValueError("must name at least one cell")
    return tuple(map(_cell, listed))


Tests = Mapping[str, Test]
_TESTS = TypeAdapter(dict[ColumnName, Test], config=LAZY)
_TESTS_LIST = TypeAdapter(list[dict[ColumnName, Test]], config=LAZY)


def _conditions(written: Any) -> tuple[Tests, ...]:
    if not written:
        raise ValueError("must name a column and what it must be, such as {Status: Deleted}")
    if isinstance(written, list):
        return tuple(_TESTS_LIST.validate_python(written))
    return (_TESTS.validate_python(written),)


# Any one of them must hold. Each one holds if the tests of all its columns do.
Conditions = Annotated[tuple[Tests, ...], PlainValidator(_conditions)]


class Cell(Mapped):
    """One way to a value: from a column's cell, or a constant; no value unless `when` holds."""

    when: Conditions | None = None
    column: ColumnName | None = None
    always: FixedValue | None = None
    strip: Annotated[str, Field(min_length=1)] | None = None
    pad: Annotated[int, Field(ge=1, le=64)] | None = None
    upper: bool = False
    split: Annotated[str, Field(min_length=1)] | None = None
    part: Annotated[int, Field(ge=1)] | None = None
    values: Annotated[dict[str, Constant], PlainValidator(_values)] | None = None
    otherwise: FixedValue | None = None
    if_empty: FixedValue | None = None
    if_filled: FixedValue | None = None
    required: bool = False

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any) -> Any:
        return written if isinstance(written, dict) else {"column": written}

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.column is None) == (self.always is None):
            raise ValueError(
                "needs either column: (where the value stands) or always: (the value), and not both"
            )
        if self.always is not None and self.model_fields_set - {"always", "when"}:
            raise ValueError(
                "always: gives the value itself, so nothing but when: can stand beside it"
            )
        if self.otherwise is not None and self.values is None:
            raise ValueError(
                "otherwise: is for cells that values: does not name; write values: too"
            )
        if self.part is not None and self.split is None:
            raise ValueError("part: needs split:, the character between the parts")
        if self.if_filled is not None and (self.values or self.split):
            raise ValueError(
                "if_filled: stands for every cell that is not empty; leave values: and split: out"
            )
        if self.required and self.if_empty is not None:
            raise ValueError("a cell cannot be required: and have an if_empty: too")
        return self


_CELLS = TypeAdapter(list[Cell], config=LAZY)


def _taken(written: Any) -> tuple[Cell, ...]:
    if isinstance(written, list) and not written:
        raise ValueError("must name at least one column")
    return (
        tuple(_CELLS.validate_python(written))
        if isinstance(written, list)
        else (Cell.model_validate(written),)
    )


# The first one that gives a value counts.
Taken = Annotated[tuple[Cell, ...], PlainValidator(_taken)]


class TimestampColumns(Mapped):
    """The columns of an instant: one with the date and perhaps the time, or one for each.

    Without a `format` (in the words of strptime) the text is read as ISO 8601. Of several formats,
    the first that fits counts.
    """

    column: ColumnName | None = None
    date: Taken | None = None
    time: Taken | None = None
    format: Annotated[tuple[str, ...], PlainValidator(read_formats)] = ()

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any) -> Any:
        return written if isinstance(written, dict) else {"column": written}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.date is None) or (self.date is None) != (
            self.time is None
        ):
            raise ValueError("needs either column: alone, or date: and time:")
        return self
