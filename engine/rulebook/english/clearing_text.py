"""The changes that would end an alert, in plain English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.measures.measure import Finding
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, SomeOf
from engine.rulebook.english.finding_text import condition_in_words, shown_in_words


def clearing_in_words(condition: Condition, true: frozenset[Finding]) -> str:
    """Say which changes of its true findings would end a condition.

    It is one line, or a heading and a list, the lists in it indented; empty if the condition is not
    true, because then there is nothing to end.
    """
    if not _true(condition, true):
        return ""
    return "\n".join(_lines(_way_out(condition, true)))


class _Several(NamedTuple):
    heading: str
    parts: tuple[_Several | str, ...]


def _way_out(condition: Condition, true: frozenset[Finding]) -> _Several | str:
    match condition:
        case Finding():
            # What the rule saw has the items of a scorecard, and they would make a long line here.
            return f"no longer {shown_in_words(condition)}"
        case AllOf(parts):
            return _several("one of these:", [_way_out(part, true) for part in parts])
        case AnyOf(parts):
            return _several(
                "all of these:", [_way_out(part, true) for part in parts if _true(part, true)]
            )
        case SomeOf(at_least, parts):
            few = f"fewer than {at_least}" if at_least > 1 else "none"
            return _Several(
                f"{few} of these:", tuple(dict.fromkeys(map(condition_in_words, parts)))
            )
        case _:
            raise AssertionError(condition)


def _several(heading: str, parts: list[_Several | str]) -> _Several | str:
    """Join the parts, each once, with parts of one sort beside each other."""
    flat: dict[_Several | str, None] = {}
    for part in parts:
        flat |= dict.fromkeys(
            part.parts if isinstance(part, _Several) and part.heading == heading else [part]
        )
    return _Several(heading, tuple(flat)) if len(flat) > 1 else next(iter(flat))


def _lines(way: _Several | str) -> Iterator[str]:
    if isinstance(way, str):
        yield way
        return
    yield way.heading
    for part in way.parts:
        first, *others = _lines(part)
        yield f"- {first}"
        yield from (f"  {line}" for line in others)


def _true(condition: Condition, true: frozenset[Finding]) -> bool:
    match condition:
        case AllOf(parts):
            return all(_true(part, true) for part in parts)
        case AnyOf(parts):
            return any(_true(part, true) for part in parts)
        case SomeOf(at_least, parts):
            return sum(_true(part, true) for part in parts) >= at_least
        case _:
            return condition in true
