"""Settings that say how a mapping takes values, dates and conditions from a row's cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from connectors.mapping.code_lists import read_code_list, read_codes
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


def _values(written: Any, info: ValidationInfo) -> dict[str, Constant]:
    if isinstance(written, str):
        written = read_code_list(written, info)
    if not isinstance(written, dict) or not written:
        raise ValueError(
            "must say what each cell means, such as {POS: positive, NEG: negative}, or name a file "
            "that does"
        )
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
PartsName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
FixedValue = Annotated[Constant, PlainValidator(_constant, json_schema_input_type=str | list[str])]


_ONE_OR_MORE = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
Words = Annotated[tuple[str, ...], _ONE_OR_MORE]


class Test(Mapped):
    """A condition on one cell; all its parts must hold. Words are in lower case.

    Attributes:
        is_: The word that the cell is; of several words, any one.
        is_not: The words that the cell is not.
        contains: The words that the cell holds; of several words, any one.
        in_: A list of words, or a file of codes, that holds the cell.
        empty: Whether the cell is empty.
        at_least: The least number.
        more_than: The number that the cell is more than.
        at_most: The greatest number.
        less_than: The number that the cell is less than.
    """

    __test__ = False  # it is not one of pytest's
    SHORT_FORMS = ("string", "array")

    is_: Words | None = Field(None, alias="is")
    is_not: Words | None = None
    contains: Words | None = None
    in_: Annotated[frozenset[str], _ONE_OR_MORE] | None = Field(None, alias="in")
    empty: bool | None = None
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any, info: ValidationInfo) -> Any:
        if isinstance(written, str) and written in {"empty", "filled"}:
            return {"empty": written == "empty"}
        if not isinstance(written, dict):
            return {"is": _cells(written)}
        if not written:
            raise ValueError("asks nothing; name what the cell must be")
        words = {
            word: _cells(written[word]) for word in ("is", "is_not", "contains") if word in written
        }
        if "in" in written:
            words["in"] = _cells(read_codes(written["in"], info))
        return {**written, **words}


def _cells(written: Any) -> tuple[str, ...]:
    listed = written if isinstance(written, list) else [written]
    if not listed:
        raise ValueError("must name at least one cell")
    return tuple(map(_cell, listed))


Tests = Mapping[str, Test]
_TESTS = TypeAdapter(dict[ColumnName, Test], config=LAZY)
_TESTS_LIST = TypeAdapter(list[dict[ColumnName, Test]], config=LAZY)


def _conditions(written: Any, info: ValidationInfo) -> tuple[Tests, ...]:
    if not written:
        raise ValueError("must name a column and what it must be, such as {Status: Deleted}")
    if isinstance(written, list):
        return tuple(_TESTS_LIST.validate_python(written, context=info.context))
    return (_TESTS.validate_python(written, context=info.context),)


# Any one of them must hold. Each one holds if the tests of all its columns do.
Conditions = Annotated[
    tuple[Tests, ...],
    PlainValidator(_conditions, json_schema_input_type=dict[str, Test] | list[dict[str, Test]]),
]


class Cell(Mapped):
    """One way to a value: from a column's cell, or a constant; no value unless `when` holds.

    Attributes:
        when: The conditions under which the value is taken.
        each: The parts whose column and conditions are meant, by their name in `parts`.
        column: The column in which the value stands.
        always: The value itself.
        strip: The characters that are taken off the beginning, such as zeros.
        pad: The length that the cell gets by zeros at its beginning.
        upper: Whether the cell is written in capital letters.
        split: The character between several values in one cell.
        part: Which of these values is taken, counted from 1.
        values: The meaning of each cell, or the name of a file that says it.
        otherwise: The value of a cell that `values` does not name.
        if_empty: The value of an empty cell.
        if_filled: The value of every cell that is not empty.
        required: Whether a row with an empty cell is rejected.
        worst_of: The values from the worst to the best; the first that any part has counts.
    """

    SHORT_FORMS = ("string",)

    when: Conditions | None = None
    each: PartsName | None = None
    column: ColumnName | None = None
    always: FixedValue | None = None
    strip: Annotated[str, Field(min_length=1)] | None = None
    pad: Annotated[int, Field(ge=1, le=64)] | None = None
    upper: bool = False
    split: Annotated[str, Field(min_length=1)] | None = None
    part: Annotated[int, Field(ge=1)] | None = None
    values: (
        Annotated[
            dict[str, Constant],
            PlainValidator(_values, json_schema_input_type=str | dict[str, str | list[str]]),
        ]
        | None
    ) = None
    otherwise: FixedValue | None = None
    if_empty: FixedValue | None = None
    if_filled: FixedValue | None = None
    required: bool = False
    worst_of: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

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
        if self.always is not None and self.model_fields_set - {"always", "when", "each"}:
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
        if self.worst_of is not None and self.each is None:
            raise ValueError("worst_of: chooses among the values of parts; it needs each:")
        return self


_CELLS = TypeAdapter(list[Cell], config=LAZY)


def _taken(written: Any, info: ValidationInfo) -> tuple[Cell, ...]:
    if isinstance(written, list) and not written:
        raise ValueError("must name at least one column")
    return (
        tuple(_CELLS.validate_python(written, context=info.context))
        if isinstance(written, list)
        else (Cell.model_validate(written, context=info.context),)
    )


# The first one that gives a value counts.
Taken = Annotated[
    tuple[Cell, ...],
    PlainValidator(_taken, json_schema_input_type=Cell | list[Cell]),
]


class TimestampColumns(Mapped):
    """The columns of an instant: one with the date and perhaps the time, or one for each.

    Written as a list, the first column that is not empty counts.

    Attributes:
        column: The column with the date and perhaps the time.
        others: The columns that count if this one is empty.
        date: The column with the date; it goes with `time`.
        time: The column with the time of day.
        format: The format in the words of strptime. Of several formats, the first that fits counts.
            Without it the text is read as ISO 8601.
    """

    SHORT_FORMS = ("string", "array")

    column: ColumnName | None = None
    others: tuple[ColumnName, ...] = ()
    date: Taken | None = None
    time: Taken | None = None
    format: Annotated[
        tuple[str, ...], PlainValidator(read_formats, json_schema_input_type=str | list[str])
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any) -> Any:
        if isinstance(written, list) and written:
            return {"column": written[0], "others": tuple(written[1:])}
        return written if isinstance(written, dict) else {"column": written}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.date is None) or (self.date is None) != (
            self.time is None
        ):
            raise ValueError("needs either column: alone, or date: and time:")
        return self


_MOMENTS = TypeAdapter(list[TimestampColumns], config=LAZY)


def _versions(written: Any, info: ValidationInfo) -> tuple[TimestampColumns, ...]:
    listed = written if isinstance(written, list) else [written]
    if not listed:
        raise ValueError("must name at least one column")
    return tuple(_MOMENTS.validate_python(listed, context=info.context))


# Of several columns, the first that is not empty counts.
Versions = Annotated[
    tuple[TimestampColumns, ...],
    PlainValidator(_versions, json_schema_input_type=TimestampColumns | list[TimestampColumns]),
]


class Parts(Mapped):
    """Parts of a record under one name, which `each:` takes one after the other.

    Attributes:
        of: The path at which the parts stand.
        columns: The columns that are the parts; each part then has a `name` and a `value`.
        when: The conditions under which a part counts.
    """

    of: ColumnName | None = None
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1)] | None = None
    when: Conditions | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.of is None) == (self.columns is None):
            raise ValueError("needs either of: (where the parts stand) or columns: (a list)")
        return self
