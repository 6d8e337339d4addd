"""Figures: numbers about clients for reports and studies, which open no alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.measures.elapsed import TimeSinceDay, TimeSinceEvent
from engine.measures.histories import SHIFT, Histories, Keys, Numbers
from engine.measures.local_days import local_days
from engine.measures.measure import Measure, Number
from engine.measures.step_functions import truth_at
from engine.model.event import Value
from engine.model.instant import DAY_US, Instant
from engine.rulebook.core.condition_walks import kinds
from engine.rulebook.core.conditions import Condition, Ever, flips_of


@dataclass(frozen=True, slots=True)
class WeeksUntil:
    """The weeks from enrolment until a rule first held, or else until its newest event."""

    when: Condition
    less: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure, a condition (yes or no) or a time, by its id.

    `otherwise` is the value of a client who has none.
    """

    id: str
    title: str
    of: Measure | Condition | WeeksUntil
    otherwise: float | None = None

    def values(self, histories: Histories, at: Instant) -> Iterator[Value | None]:
        """Yield the value of each client of a batch, in their order, as of an instant."""
        keys = histories.bases + at
        match self.of:
            case WeeksUntil():
                found: list[Value | None] = _or_none(_weeks(self.of, histories, keys))
            case TimeSinceDay() | TimeSinceEvent():
                found = _or_none(self.of.numbers(histories, keys) / DAY_US)
            case Number():
                found = _or_none(self.of.numbers(histories, keys))
            case Measure():
                found = list(self.of.values(histories, keys))
            case condition:
                found = list(truth_at(flips_of(condition, histories), keys).tolist())
        return (self.otherwise if value is None else value for value in found)


def _or_none(numbers: Numbers) -> list[Value | None]:
    return [None if np.isnan(number) else number for number in numbers.tolist()]


def _weeks(figure: WeeksUntil, histories: Histories, keys: Keys) -> Numbers:
    """Return (n,) the weeks as of (n,) keys, one a client.

    A client who is not enrolled, or has no such event, gets NaN.
    """
    looked_at = [histories.of_kind(kind) for kind in kinds(figure.when)]
    events = np.sort(histories.key[np.concatenate(looked_at)]) if looked_at else keys[:0]
    ends = _newest(events, keys)
    first = Ever(figure.when).first(histories)
    reached = _newest(first, keys)
    ends = np.where(reached >= 0, reached, ends)
    begins = _newest(histories.record("enrolled")[0], keys)
    known = (ends >= 0) & (begins >= 0)
    weeks = np.full(len(keys), np.nan)
    days = local_days(histories, ends[known]) - local_days(histories, begins[known])
    weeks[known] = days / 7 - figure.less
    return weeks


def _newest(among: Keys, keys: Keys) -> Keys:
    """Return (n,) the client's newest of ascending keys as of each key, or -1."""
    place = among.searchsorted(keys, "right") - 1
    found = np.append(among, -1)[place]
    return np.where((found >> SHIFT) == (keys >> SHIFT), found, -1)
