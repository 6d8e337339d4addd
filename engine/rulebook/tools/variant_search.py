"""Which variants to try: all of them, or a seeded part of them if there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from random import Random

from engine.measures.measure import Finding
from engine.rulebook.core.conditions import Points
from engine.rulebook.core.tunable import Tunable

Choice = tuple[int, ...]  # by tunable, the place of its value
_SEED = 1
# Of the numbers of a variant that is drawn, so many stay as shipped on average.
_STAY = 0.5


def choices(tunables: Sequence[Tunable], most: int) -> list[Choice]:
    """List the variants to try, the shipped one first.

    If there are more than `most`, those are tried that differ in one number, then those that differ
    in cut-offs alone, then others that are drawn.
    """
    shipped = tuple(one.shipped for one in tunables)
    found = {shipped: None}
    if prod(len(one.values) for one in tunables) <= most:
        found |= dict.fromkeys(product(*(range(len(one.values)) for one in tunables)))
        return list(found)
    for place, one in enumerate(tunables):
        for value in range(len(one.values)):
            found[*shipped[:place], value, *shipped[place + 1 :]] = None
    cut_offs = [range(len(one.values)) if is_cut_off(one) else (one.shipped,) for one in tunables]
    if prod(map(len, cut_offs)) <= most // 2:
        found |= dict.fromkeys(product(*cut_offs))
    chance = Random(_SEED)
    while len(found) < most:
        drawn = tuple(
            one.shipped if chance.random() < _STAY else chance.randrange(len(one.values))
            for one in tunables
        )
        found[drawn] = None
    return list(found)[:most]


def is_cut_off(one: Tunable) -> bool:
    """Whether it is the number of points at which a scorecard speaks."""
    return isinstance(one.of, Finding) and isinstance(one.of.measure, Points)
