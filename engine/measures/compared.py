"""A measure compared with itself: its value now less its value some time before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measures.comparison import Comparison
from engine.measures.histories import SHIFT, Histories, Keys, Numbers
from engine.measures.measure import Number
from engine.measures.window import Places
from engine.model.duration import Duration


@dataclass(frozen=True, slots=True)
class Compared(Number):
    """A measure's value less its value `before` microseconds ago; none if either is missing."""

    measure: Number
    before: Duration

    def instants(self, histories: Histories, comparison: Comparison) -> list[Keys]:
        changes = self.measure.changes(histories)
        return [*changes, *(keys + self.before for keys in changes)]

    def _earlier(self, keys: Keys) -> Keys:
        return np.maximum(keys - self.before, keys >> SHIFT << SHIFT)

    def numbers(self, histories: Histories, keys: Keys) -> Numbers:
        now = self.measure.numbers(histories, keys)
        return now - self.measure.numbers(histories, self._earlier(keys))

    def places(self, histories: Histories, keys: Keys) -> list[Places]:
        earlier, now = (self.measure.places(histories, at) for at in (self._earlier(keys), keys))
        return list(map(np.union1d, earlier, now))
