"""Conditions: findings joined by all, any, none and some, and measures made of conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.measures.comparison import Comparison
from engine.measures.histories import SHIFT, Bools, Histories, Keys, Numbers
from engine.measures.measure import Finding, Measure, Number
from engine.measures.step_functions import flips, in_care, merged, truth_at
from engine.measures.window import Places, no_places, parts_of


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True if every part is known to be false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """True if at least this many parts are."""

    at_least: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class RuleHolds:
    """True if another rule's conditions are, before its own hold and clears_after."""

    rule_id: str


Condition = Finding | AllOf | AnyOf | NoneOf | SomeOf | RuleHolds


@dataclass(frozen=True, slots=True)
class Points(Number):
    """A scorecard: the sum of the points of the items whose conditions hold.

    An item whose value is missing adds nothing, so the sum always has a value. The conditions must
    be free of denials and references when the sum is computed (see `condition_walks.positive`).
    `name` is the scorecard's name; "" if its items stand in the condition itself.
    """

    items: tuple[tuple[int, Condition], ...]
    name: str = ""

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return [flips_of(condition, histories) for _, condition in self.items]

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        total = np.zeros(len(keys))
        for points, condition in self.items:
            total += points * truth_at(flips_of(condition, histories), keys)
        return total

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        return places_behind([condition for _, condition in self.items], histories, keys)


@dataclass(frozen=True, slots=True)
class Ever(Measure):
    """Whether a condition was true at some instant so far at which rules applied to the client.

    It is known at every instant. The condition must be free of denials and references, as with
    `Points`.
    """

    condition: Condition

    def begins(self, histories: Histories) -> Keys:
        """Return the ascending keys at which the condition became true while rules applied."""

        def find() -> Keys:
            condition, care = flips_of(self.condition, histories), in_care(histories)
            keys = merged([condition, care])
            return flips(keys, truth_at(condition, keys) & truth_at(care, keys))[::2]

        return histories.remember((self, "begins"), find)

    def first(self, histories: Histories) -> Keys:
        """Return the first of these keys of each client who has one, ascending."""
        begins = self.begins(histories)
        return begins[np.unique(begins >> SHIFT, return_index=True)[1]]

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        return [self.first(histories)]

    def _so_far(self, histories: Histories, keys: Keys) -> Bools:
        first = self.first(histories)
        newest = first.searchsorted(keys, "right") - 1
        known = newest >= 0
        known[known] = first[newest[known]] >> SHIFT == keys[known] >> SHIFT
        return known

    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        held = self._so_far(histories, keys)
        return np.where(held, comparison.holds(True), comparison.holds(False))

    def values(self, histories: Histories, keys: Keys) -> list[bool]:
        return self._so_far(histories, keys).tolist()

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        held, found = self._so_far(histories, keys), no_places(keys)
        first = self.first(histories)
        began = first[first.searchsorted(keys[held], "right") - 1]
        behind = places_behind([self.condition], histories, began)
        for place, places in zip(np.flatnonzero(held).tolist(), behind, strict=True):
            found[place] = places
        return found


def flips_of(condition: Condition, histories: Histories) -> Keys:
    """Return the keys at which a condition without denials and references changes in a batch."""
    return histories.remember(("flips", condition), lambda: _flips_of(condition, histories))


def _flips_of(condition: Condition, histories: Histories) -> Keys:
    match condition:
        case Finding():
            return condition.flips(histories)
        case AllOf(parts):
            needed = len(parts)
        case AnyOf(parts):
            needed = 1
        case SomeOf(needed, parts):
            pass
        case _:
            raise AssertionError(condition)
    changes = [flips_of(part, histories) for part in parts]
    keys = merged(changes)
    true = np.zeros(len(keys), np.int64)
    for change in changes:
        true += truth_at(change, keys)
    return flips(keys, true >= needed)


def places_behind(
    conditions: Iterable[Condition], histories: Histories, keys: Keys
) -> list[Places]:
    """Return the ascending places of the events behind conditions as of each key."""
    found = []
    for condition in conditions:
        match condition:
            case Finding(measure):
                found.append(measure.places(histories, keys))
            case AllOf(parts) | AnyOf(parts) | NoneOf(parts) | SomeOf(_, parts):
                found.append(places_behind(parts, histories, keys))
    return _united(found, len(keys), len(histories.key))


def _united(parts: Sequence[Sequence[Places]], keys: int, events: int) -> list[Places]:
    """Return the places that any of the parts has as of each key, ascending and each once."""
    if len(parts) == 1:
        return list(parts[0])
    everything = [places for part in parts for places in part]
    owners = np.repeat(np.tile(np.arange(keys), len(parts)), list(map(len, everything)))
    # A key and a place in one number, so that one sort serves all keys.
    codes = np.unique(owners * events + np.concatenate([np.empty(0, np.intp), *everything]))
    bounds = codes.searchsorted(np.arange(keys + 1) * events)
    return parts_of(codes % events if events else codes, bounds[:-1], bounds[1:])
