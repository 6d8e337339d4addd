"""Paths into JSON that each lead to one value, compiled into functions that know their one step.

Each function hands what it finds on to the next. Where a path leads to several values they give up,
because the careful way finds them all. Records of one shape have the same keys, so where a path
begins in them is looked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from connectors.mapping.paths import Equals, Step

_Take = Callable[[Any], str]  # from what stands under a key, or a value, to the text of a cell
_Texts = Callable[[Any], Iterable[str]]
_Variants = Callable[[str], frozenset[str]]
_MOST_SHAPES = 1000


def compile_row(
    paths: Sequence[Sequence[Step]],
    text: Callable[[Any], str],
    variants: _Variants,
    texts_at: Callable[[Sequence[Step]], _Texts],
) -> Callable[[Any], list[str]]:
    """Compile paths into one function from a value to their cells.

    Args:
        paths: The paths.
        text: Returns a value as the text of a cell.
        variants: Returns other keys under which an object may have what a step names.
        texts_at: Compiles a path into a function from a value to the texts that it finds there.

    Returns:
        A function that raises ValueError if a path leads to several values, or to none with a text.
    """
    begins = [
        (path[0].name, variants(path[0].name), _taken(path, text, variants, texts_at))
        for path in paths
    ]
    plans: dict[tuple[str, ...], list[tuple[str | None, _Take]]] = {}

    def plan(shape: tuple[str, ...]) -> list[tuple[str | None, _Take]]:
        if len(plans) >= _MOST_SHAPES:
            plans.clear()
        found = plans[shape] = [
            (name if name in shape else next(filter(others.__contains__, shape), None), take)
            for name, others, take in begins
        ]
        return found

    def row(value: Any) -> list[str]:
        if type(value) is not dict:
            raise ValueError("is no object")
        shape, get = tuple(value), value.get
        return [take(get(key)) for key, take in plans.get(shape) or plan(shape)]

    return row


def _taken(
    path: Sequence[Step],
    text: Callable[[Any], str],
    variants: _Variants,
    texts_at: Callable[[Sequence[Step]], _Texts],
) -> _Take:
    """Return a function from what stands under the first key of a path to its cell."""
    *steps, last = path
    narrow = [_narrow(one, texts_at) for one in last.filters]
    take = _one(narrow, text) if narrow else _end(text)
    for before in reversed(steps):
        link = _link(last.name, variants(last.name), take)
        take = _one([_narrow(one, texts_at) for one in before.filters], link)
        last = before
    return take


def _end(text: Callable[[Any], str]) -> _Take:
    several = _one([], text)

    def end(found: Any) -> str:
        return found if type(found) is str and "\0" not in found else several(found)

    return end


def _one(narrow: Sequence[Callable[[list[Any]], list[Any]]], then: _Take) -> _Take:
    def one(found: Any) -> str:
        if found is None:
            return ""
        if narrow or type(found) is list:
            values = _flat(found)
            for each in narrow:
                values = each(values)
            if not values:
                return ""
            if len(values) > 1:
                raise ValueError("has several values")
            found = values[0]
        return then(found)

    return one


def _link(name: str, variants: frozenset[str], take: _Take) -> _Take:
    def link(value: Any) -> str:
        if type(value) is not dict:
            return ""
        found = value.get(name)
        if found is None and variants and name not in value:
            found = value.get(next(filter(variants.__contains__, value), None))
        return take(found)

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
