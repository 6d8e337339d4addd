"""The free words in rules: values of fields without a closed list, and of attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from engine.measures.comparison import Comparison, Where
from engine.measures.elapsed import ClientAttribute
from engine.measures.signal import kinds_of
from engine.model.event_kinds import Kind
from engine.rulebook.core.condition_walks import all_findings
from engine.rulebook.core.conditions import Condition


class AskedWord(NamedTuple):
    """A word that a rule looks for in a field of a kind; without a kind, in an attribute."""

    kind: str | None
    field: str
    word: str


def asked_words(condition: Condition, kinds: Mapping[str, Kind]) -> frozenset[AskedWord]:
    """Return the free words in a condition; closed lists are checked elsewhere."""
    found: set[AskedWord] = set()
    for finding in all_findings(condition):
        measure = finding.measure
        if isinstance(measure, ClientAttribute):
            found |= {AskedWord(None, measure.name, word) for word in _words(finding.comparison)}
            continue
        field, kind = getattr(measure, "field", None), getattr(measure, "kind", None)
        if isinstance(field, str) and kind is not None:
            where = Where(((field, finding.comparison),))
            found |= {each for one in kinds_of(kind) for each in _of_where(one, where)}
        found.update(_inside(measure, None))
    return frozenset(each for each in found if each.kind is None or _is_free(each, kinds))


def _is_free(asked: AskedWord, kinds: Mapping[str, Kind]) -> bool:
    kind = kinds.get(asked.kind or "")
    field = kind.fields.get(asked.field) if kind else None
    return field is not None and field.type in {"list", "word"}


def _inside(part: Any, kind: str | None) -> Iterator[AskedWord]:
    """Walk through a measure; a demand belongs to the kind that stands beside it."""
    if isinstance(part, Where):
        if kind is not None:
            yield from _of_where(kind, part)
    elif isinstance(part, tuple):
        # A pair of a kind and a demand is a part of a signal.
        own = part[0] if part and isinstance(part[0], str) else kind
        for one in part:
            yield from _inside(one, own)
    elif is_dataclass(part) and not isinstance(part, type):
        beside = getattr(part, "kind", None)
        of = sorted(kinds_of(beside)) if beside is not None else [kind]
        for one in of:
            for each in fields(part):
                yield from _inside(getattr(part, each.name), one)


def _of_where(kind: str, where: Where) -> Iterator[AskedWord]:
    for field, comparison in where.fields:
        for word in _words(comparison):
            yield AskedWord(kind, field, word)


def _words(comparison: Comparison | None) -> list[str]:
    bounds = comparison.bounds if comparison else ()
    return [word for word in bounds if isinstance(word, str)]
