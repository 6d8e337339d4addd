"""Paths into JSON that lead to one value, compiled into a chain of functions.

Each function takes the one step that it knows and hands what it finds on to the next. Where a path
leads to several values, the chain gives up, and the careful way finds them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from connectors.mapping.paths import Equals, Step

# From a value to the text of a cell; None if a path leads to several values.
Chain = Callable[[Any], str | None]
_Texts = Callable[[Any], Iterable[str]]


def compile_chain(
    steps: Sequence[Step],
    text: Callable[[Any], str],
    variants: Callable[[str], frozenset[str]],
    texts_at: Callable[[Sequence[Step]], _Texts],
) -> Chain:
    """Compile a path into a chain.

    Args:
        steps: The path.
        text: Returns a value as the text of a cell.
        variants: Returns other keys under which an object may have what a step names.
        texts_at: Compiles a path into a function from a value to the texts that it finds there.
    """

    def end(found: Any) -> str | None:
        return found if type(found) is str and "\0" not in found else text(found)

    chain: Chain = end
    for step in reversed(steps):
        narrow = [_narrow(one, texts_at) for one in step.filters]
        chain = _link(step.name, variants(step.name), narrow, chain)
    return chain


def _link(
    name: str,
    variants: frozenset[str],
    narrow: Sequence[Callable[[list[Any]], list[Any]]],
    then: Chain,
) -> Chain:
    def several(found: Any) -> str | None:
        values = _flat(found)
        for each in narrow:
            values = each(values)
        if len(values) > 1:
            return None
        return then(values[0]) if values else ""

    def link(value: Any) -> str | None:
        if type(value) is not dict:
            return ""
        found = value.get(name)
        if found is None:
            if not variants or name in value:
                return ""
            for key in filter(variants.__contains__, value):
                found = value[key]
                break
            if found is None:
                return ""
        return several(found) if narrow or type(found) is list else then(found)

    return link


def _flat(found: Any) -> list[Any]:
    """Return a value, or the elements of a list, and of lists in it."""
    if type(found) is not list:
        return [found]
    for each in found:
        if each is None or type(each) is list:
            return [one for each in found if each is not None for one in _flat(each)]
    return found


def _narrow(
    wanted: Equals | Literal["first", "last"], texts_at: Callable[[Sequence[Step]], _Texts]
) -> Callable[[list[Any]], list[Any]]:
    if wanted == "first":
        return lambda found: found[:1]
    if wanted == "last":
        return lambda found: found[-1:]
    assert isinstance(wanted, Equals)
    (name, filters), text, texts = wanted.steps[0], wanted.text, texts_at(wanted.steps)
    if len(wanted.steps) > 1 or filters:
        return lambda found: [each for each in found if text in texts(each)]

    def equal(found: list[Any]) -> list[Any]:
        kept = []
        for each in found:
            at = each.get(name) if type(each) is dict else None
            if at == text or ((type(at) is not str or "\0" in at) and text in texts(each)):
                kept.append(each)
        return kept

    return equal
