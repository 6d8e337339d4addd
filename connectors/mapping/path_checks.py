"""Checks the columns, paths and names of parts in a mapping as YAML gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectors.mapping.paths import FROM_RECORD, RecordForm, from_record, parse_path
from engine.model.nearest_word import did_you_mean
from engine.model.source_settings import Place

# The columns of a part that is one of a row's columns.
NAME, VALUE = "name", "value"
# What a row of the roster gives under names of the site's own.
_BY_NAME = ("attributes", "schedules")


class _Column(NamedTuple):
    """A column that a mapping names; `each` are the parts that have it, if a part has it."""

    place: Place
    column: str
    each: str | None


class _Each(NamedTuple):
    """A name of parts that a mapping uses."""

    place: Place
    name: str


def check_paths(written: Any, form: RecordForm | None) -> Iterator[tuple[Place, str]]:
    """Check the names that a mapping uses.

    Args:
        written: The mapping as YAML gives it; parts with other mistakes are passed over.
        form: The form of the records; None if they have columns and no paths.

    Yields:
        Pairs of a place inside the mapping and the change to make there.
    """
    if not isinstance(written, dict):
        return
    said = written.get("parts")
    parts: Mapping[str, Any] = said if isinstance(said, dict) else {}
    if form is None:
        yield from _refuse_insides(written, parts)
    for found in _named(written, parts):
        if isinstance(found, _Each):
            if found.name not in parts:
                near = did_you_mean(found.name, parts)
                yield found.place, f"parts: does not name '{found.name}'{near}"
            continue
        yield from _check_column(found, parts, form)


def _refuse_insides(
    written: Mapping[str, Any], parts: Mapping[str, Any]
) -> Iterator[tuple[Place, str]]:
    if "each" in written:
        yield ("each",), "a row of cells holds no further rows; leave each: out here"
    for name, part in parts.items():
        if isinstance(part, dict) and "of" in part:
            text = "a row of cells holds no parts at a path; list the cells under columns:"
            yield ("parts", name, "of"), text


def _check_column(
    found: _Column, parts: Mapping[str, Any], form: RecordForm | None
) -> Iterator[tuple[Place, str]]:
    has_insides = found.each is not None or form is not None
    path, outside = from_record(found.column) if has_insides else (found.column, False)
    part = parts.get(found.each or "")
    if isinstance(part, dict) and "columns" in part and not outside:
        if path not in {NAME, VALUE}:
            yield (
                found.place,
                f"a part of {found.each} has {NAME} and {VALUE}, and no '{path}'; for a column of "
                f"the row write {FROM_RECORD}{path}",
            )
    elif form is not None and path not in parts:
        try:
            form.find(parse_path(path))
        except ValueError as error:
            yield found.place, str(error)


def _named(written: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[_Column | _Each]:
    yield from _of_taken(written.get("each"), ("each",), None)
    yield from _of_conditions(written.get("skip_when"), ("skip_when",), None)
    for name, part in parts.items():
        if isinstance(part, dict):
            place: Place = ("parts", name)
            yield from _of_taken(part.get("of"), (*place, "of"), None)
            yield from _of_taken(part.get("columns"), (*place, "columns"), None)
            yield from _of_conditions(part.get("when"), (*place, "when"), name)
    events = written.get("events")
    for index, event in enumerate(events if isinstance(events, list) else ()):
        if isinstance(event, dict):
            yield from _of_event(event, ("events", index))
    columns = written.get("columns")
    if isinstance(columns, dict):
        for name, taken in columns.items():
            if name not in _BY_NAME:
                yield from _of_taken(taken, ("columns", name), None)
        for part in _BY_NAME:
            named = columns.get(part)
            for name, taken in (named if isinstance(named, dict) else {}).items():
                yield from _of_taken(taken, ("columns", part, name), None)


def _of_event(event: Mapping[str, Any], place: Place) -> Iterator[_Column | _Each]:
    each = event.get("each")
    if isinstance(each, str):
        yield _Each((*place, "each"), each)
    else:
        each = None
    for word in ("client", "at", "id", "version"):
        yield from _of_taken(event.get(word), (*place, word), each)
    for word in ("when", "withdraw_when"):
        yield from _of_conditions(event.get(word), (*place, word), each)
    fields = event.get("fields")
    for name, taken in (fields if isinstance(fields, dict) else {}).items():
        yield from _of_taken(taken, (*place, "fields", name), each)


def _of_taken(written: Any, place: Place, each: str | None) -> Iterator[_Column | _Each]:
    if isinstance(written, list):
        for index, one in enumerate(written):
            yield from _of_taken(one, (*place, index), each)
    elif isinstance(written, str):
        yield _Column(place, written, each)
    elif isinstance(written, dict):
        if isinstance(written.get("each"), str):
            each = written["each"]
            yield _Each((*place, "each"), each)
        for word in ("column", "date", "time"):
            yield from _of_taken(written.get(word), (*place, word), each)
        yield from _of_conditions(written.get("when"), (*place, "when"), each)


def _of_conditions(written: Any, place: Place, each: str | None) -> Iterator[_Column]:
    listed = written if isinstance(written, list) else [written]
    for index, tests in enumerate(listed):
        if isinstance(tests, dict):
            at = (*place, index) if isinstance(written, list) else place
            for name in tests:
                yield _Column((*at, name), name, each)
