"""Paths: how a mapping names a place inside a record, such as `code.coding[system=urn:x].code`.

A column of a CSV file is a place of one step, and is never taken apart. A form (JSON, HL7, …) says
what steps mean in its records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Protocol

# Before a path inside `each:`: it begins at the record, and not at the part.
FROM_RECORD = "/"
# Between several values that one path finds. Only a field that is a list takes more than one.
SEVERAL = "\x1d"

_NAME = re.compile(r"`([^`]+)`|[^.\[\]`=]+")
_QUOTED = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*")
_PICKS: dict[str, Literal["first", "last"]] = {"first": "first", "last": "last"}


class Equals(NamedTuple):
    """A filter in brackets: only values that have this text at a path from there."""

    steps: tuple[Step, ...]
    text: str


class Step(NamedTuple):
    """One step of a path: a name, and the filters in brackets after it."""

    name: str
    filters: tuple[Equals | Literal["first", "last"], ...] = ()


Filter = Equals | Literal["first", "last"]


def narrowing(
    filters: Sequence[Filter], texts_at: Callable[[Sequence[Step]], Callable[[Any], Iterable[str]]]
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Compile the filters of a step.

    Args:
        filters: What stands in brackets, in order.
        texts_at: Compiles a path into a function from a value to the texts that it finds there.

    Returns:
        A function from the values that a step finds to those that meet all filters.
    """
    narrow = [_narrow(one, texts_at) for one in filters]

    def narrowed(found: Sequence[Any]) -> Sequence[Any]:
        for each in narrow:
            found = each(found)
        return found

    return narrowed


def _narrow(
    wanted: Filter, texts_at: Callable[[Sequence[Step]], Callable[[Any], Iterable[str]]]
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if wanted == "first":
        return lambda found: found[:1]
    if wanted == "last":
        return lambda found: found[-1:]
    assert isinstance(wanted, Equals)
    texts, text = texts_at(wanted.steps), wanted.text
    return lambda found: [each for each in found if text in texts(each)]


class RecordForm(Protocol):
    """Records of one form, such as JSON: where paths lead in them, and how values are written."""

    def find(self, steps: Sequence[Step]) -> Callable[[Any], Sequence[Any]]:
        """Compile a path into a function from a record, or a part of one, to all that it finds.

        Raises:
            ValueError: No record of this form has such a path.
        """

    def row(self, paths: Sequence[Sequence[Step]]) -> Callable[[Any], list[str]]:
        """Compile paths into a quick function from a record, or a part of one, to their cells.

        The function raises ValueError if `cell_of` must look, because a path may find several
        values, or none that has a text.
        """

    def text(self, found: Any) -> str:
        """Return something found as the text of a cell; "" if there is nothing in it.

        Raises:
            ValueError: It is no single value.
        """

    def quick(
        self,
        of: Sequence[Step],
        paths: Sequence[Sequence[Step]],
        cells: Callable[[Any], Sequence[str]],
    ) -> Callable[[Any], list[tuple[str, ...]]] | None:
        """Compile parts and their cells into one function that finds the same in less time.

        Args:
            of: The path of the parts.
            paths: The paths of the cells from a part.
            cells: Returns the cells of a part, in the order of the paths.

        Returns:
            A function from a record to the cells of each part; None if there is no quicker way.
        """

    def written(self, found: Any) -> str:
        """Return a record, or a part of one, as one text that is the same for equal ones."""


def cell_of(form: RecordForm, steps: Sequence[Step]) -> Callable[[Any], str]:
    """Compile a path into a function from a record to the text of all that `find` finds.

    SEVERAL stands between the texts. The function raises ValueError as `text` does.
    """
    find, text_of = form.find(steps), form.text

    def cell(record: Any) -> str:
        found = find(record)
        if len(found) == 1:
            (one,) = found
            return one if type(one) is str and "\0" not in one else text_of(one)
        return SEVERAL.join(text for each in found if (text := text_of(each)))

    return cell


def from_record(path: str) -> tuple[str, bool]:
    """Return a path without its FROM_RECORD, and whether it had one."""
    return path.removeprefix(FROM_RECORD), path.startswith(FROM_RECORD)


def refuse_several(text: str) -> None:
    """Refuse the text of a cell that holds several values.

    Raises:
        ValueError: It does.
    """
    if SEVERAL in text:
        raise ValueError(
            "has several values; say which in brackets, such as [system=phone] or [first]"
        )


def parse_path(path: str) -> tuple[Step, ...]:
    """Take a path apart into its steps.

    Raises:
        ValueError: It is no path; the message names the mistake.
    """
    steps, rest = _steps(path.strip(), path)
    if rest:
        raise ValueError(f"'{path}' is no path: '{rest}' cannot stand there")
    return steps


def _steps(text: str, whole: str) -> tuple[tuple[Step, ...], str]:
    """Return the steps at the beginning of a text, and the rest of it."""
    steps = []
    while True:
        name = _NAME.match(text)
        if not name or not name[0].strip():
            place = f"before '{text}'" if text else "at its end"
            raise ValueError(f"'{whole}' is no path: a name is missing {place}")
        text = text[name.end() :]
        filters = []
        while text.startswith("["):
            found, text = _filter(text[1:], whole)
            filters.append(found)
        steps.append(Step(name[1] or name[0].strip(), tuple(filters)))
        if not text.startswith("."):
            return tuple(steps), text
        text = text[1:]


def _filter(text: str, whole: str) -> tuple[Equals | Literal["first", "last"], str]:
    inside, closed, rest = text.partition("]")
    if not closed:
        raise ValueError(f"'{whole}' is no path: a bracket is not closed; add ]")
    if picked := _PICKS.get(inside.strip()):
        return picked, rest
    try:
        steps, value = _steps(inside.strip(), whole)
    except ValueError:
        steps, value = (), ""
    if not value.startswith("="):
        raise ValueError(
            f"'{whole}' is no path: in brackets stands what must be there, such as [system=phone], "
            f"or first or last; not [{inside}]"
        )
    quoted = _QUOTED.fullmatch(value[1:])
    wanted = (quoted[1] or quoted[2] or "") if quoted else value[1:].strip()
    return Equals(steps, wanted), rest
