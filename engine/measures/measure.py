"""The protocol of a measure: its value at any instant, and when a comparison on it can change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.measures.comparison import Comparison
from engine.measures.histories import SHIFT, Bools, Histories, Keys, Numbers, one_key
from engine.measures.step_functions import flips, merged
from engine.measures.window import Places
from engine.model.event import Value


@dataclass(frozen=True, slots=True)
class Seen:
    """A measure's value (or None) as of one instant, and the places of its events."""

    value: Value | None
    places: tuple[int, ...] = ()


class Measure(ABC):
    """A number or word computed from a client's events as of an instant.

    It is pure, and computes a whole batch at once.
    """

    __slots__ = ()

    @abstractmethod
    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        """Return keys, in ascending runs, that include every change of the comparison's truth."""

    @abstractmethod
    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        """Whether the comparison is true as of each key; no value satisfies nothing."""

    @abstractmethod
    def values(self, histories: Histories, keys: Keys) -> Sequence[Value | None]:
        """Return the value as of each key; None is no value."""

    @abstractmethod
    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        """Return the ascending places of the events behind the value as of each key."""

    def seen(self, histories: Histories, key: int) -> Seen:
        """Return the value as of one key and the events behind it."""
        keys = one_key(key)
        (places,) = self.places(histories, keys)
        return Seen(self.values(histories, keys)[0], tuple(places.tolist()))


class Number(Measure):
    """A measure whose value is always a number."""

    __slots__ = ()

    def changes(self, histories: Histories) -> list[Keys]:
        """Return keys, in ascending runs, that include all at which the value can change."""
        return self.instants(histories, Comparison("at_least", 0))

    @abstractmethod
    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        """Return the value as of each key; NaN is no value."""

    def truth(self, histories: Histories, keys: Keys, comparison: Comparison) -> Bools:
        return comparison.of_numbers(self.numbers(histories, keys))

    def values(self, histories: Histories, keys: Keys) -> list[float | None]:
        numbers = self.numbers(histories, keys)
        found: list[float | None] = numbers.tolist()
        for place in np.flatnonzero(np.isnan(numbers)).tolist():
            found[place] = None
        return found


@dataclass(frozen=True, slots=True)
class Finding:
    """A comparison on a measure: true or false for a client at an instant."""

    measure: Measure
    comparison: Comparison

    def denied(self) -> Finding:
        """Return the finding that is true if this one's measure has a value and it is false."""
        return Finding(self.measure, self.comparison.denied())

    def flips(self, histories: Histories) -> Keys:
        """Return the keys at which its truth changes, for every client of the batch."""
        bases, end = histories.bases, len(histories.clients) << SHIFT
        keys = merged([*self.measure.instants(histories, self.comparison), bases, bases + 1])
        keys = keys[: keys.searchsorted(end)]
        truth = self.measure.truth(histories, keys, self.comparison)
        # Nothing is true at the very beginning of a stretch, so that no client's truth runs on into
        # the next client's.
        truth[keys.searchsorted(bases)] = False
        changes = flips(keys, truth)
        return changes if len(changes) % 2 == 0 else np.append(changes, end)
