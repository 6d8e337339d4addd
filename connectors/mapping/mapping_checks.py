"""Checks of a mapping against the site's kinds of event, as YAML gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.mapping.cell_settings import Cell
from connectors.mapping.path_checks import check_paths
from connectors.mapping.paths import RecordForm
from connectors.mapping.settings import EventMapping
from engine.model.event_kinds import Field as KindField
from engine.model.event_kinds import Kind
from engine.model.field_reading import Constant, constant_value
from engine.model.nearest_word import did_you_mean
from engine.model.source_settings import Place
from engine.model.word_folding import fold


def check_mappings(
    written: Any,
    list_name: str,
    kinds: Mapping[str, Kind],
    folder: Path,
    form: RecordForm | None = None,
) -> Iterator[tuple[Place, str]]:
    """Check a source's mappings against the kinds, despite other mistakes.

    Args:
        written: The source's item as YAML gives it.
        list_name: The key under which its mappings are listed, such as `files`.
        kinds: Every kind of event, by name.
        folder: The folder of config.yaml, where files of codes are looked for.
        form: The form of its records; None if they have columns and no paths.

    Yields:
        Pairs of a place inside the item and the change to make there.
    """
    for place, mapping in _listed_under(written, list_name):
        for inner, text in check_mapping(mapping, kinds, folder, form):
            yield (*place, *inner), text


def check_mapping(
    written: Any, kinds: Mapping[str, Kind], folder: Path, form: RecordForm | None = None
) -> Iterator[tuple[Place, str]]:
    """Check one mapping as YAML gives it, as `check_mappings` does."""
    for inner, event in _listed_under(written, "events"):
        try:
            checked = EventMapping.model_validate(event, context={"folder": folder})
        except ValidationError:
            continue
        for innermost, text in check_event(checked, kinds):
            yield (*inner, *innermost), text
    yield from check_paths(written, form)


def _listed_under(written: Any, key: str) -> Iterator[tuple[Place, Any]]:
    items = written.get(key) if isinstance(written, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield (key, index), item


def check_event(event: EventMapping, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
    """Check an event's mapping against the site's kinds.

    Yields:
        Pairs of a place inside the event and the change to make there.
    """
    kind = kinds.get(event.kind)
    if kind is None:
        yield (
            ("kind",),
            f"there is no kind of event '{event.kind}'{did_you_mean(event.kind, kinds)}",
        )
        return
    if event.id and not event.each and set(event.id) <= {cell.column for cell in event.client}:
        yield (
            ("id",),
            "the id is the client alone, so each row of a client would replace the one before; add "
            "what tells the rows apart, such as [client, date], or leave id: out",
        )
    for name, cells in event.fields.items():
        field = kind.fields.get(name)
        if field is None:
            yield (
                ("fields", name),
                f"{kind.name} has no field '{name}'{did_you_mean(name, kind.fields)}",
            )
            continue
        for k, cell in enumerate(cells):
            place = ("fields", name, k) if len(cells) > 1 else ("fields", name)
            for inner, text in _check_cell(cell, field):
                yield (*place, *inner), f"{kind.name}.{name}: {text}"


def _check_cell(cell: Cell, field: KindField) -> Iterator[tuple[Place, str]]:
    if cell.split is not None and cell.part is None and field.type != "list":
        yield (
            ("split",),
            "split: makes several values, and this field takes one; say which with part: 1",
        )
    if cell.each is not None and cell.worst_of is None and field.type not in {"list", "text"}:
        yield (
            ("each",),
            "each: gives a value for each part, and this field takes one; write worst_of: with the "
            "values from the worst to the best",
        )
    if cell.worst_of is not None:
        yield from _check_worst(cell, cell.worst_of, field)
    for place, constant in _constants(cell):
        try:
            constant_value(field, constant)
        except ValueError as error:
            yield place, str(error)


def _check_worst(
    cell: Cell, worst_of: Sequence[str], field: KindField
) -> Iterator[tuple[Place, str]]:
    for k, word in enumerate(worst_of):
        try:
            constant_value(field, word)
        except ValueError as error:
            yield ("worst_of", k), str(error)
    ranked = set(map(fold, worst_of))
    for place, constant in _constants(cell):
        if isinstance(constant, str) and fold(constant) not in ranked:
            yield place, f"worst_of: does not say how bad '{constant}' is; add it there"


def _constants(cell: Cell) -> Iterator[tuple[Place, Constant]]:
    for word in ("always", "otherwise", "if_empty", "if_filled"):
        constant = getattr(cell, word)
        if constant is not None:
            yield (word,), constant
    for key, constant in (cell.values or {}).items():
        yield ("values", key), constant
