"""Figures: numbers about clients for reports and studies, which open no alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.measures.comparison import UNSAID, Comparison, Where
from engine.measures.elapsed import TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Latest, Statistic
from engine.measures.histories import SHIFT, Bools, Histories, Keys, Numbers
from engine.measures.local_days import local_days
from engine.measures.measure import Measure, Number
from engine.measures.step_functions import truth_at
from engine.model.event import Value
from engine.model.event_kinds import SCORED_KIND
from engine.model.instant import DAY_US, Instant
from engine.model.report_parts import ReportPart
from engine.model.rule import Evidence
from engine.model.word_folding import fold
from engine.rulebook.core.condition_walks import kinds
from engine.rulebook.core.conditions import Condition, Ever, flips_of

_VERSION = "version"


@dataclass(frozen=True, slots=True)
class WeeksUntil:
    """The weeks from enrolment until a rule first held, or else until its newest event."""

    when: Condition
    less: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure, a condition (yes or no) or a time, by its id.

    Attributes:
        otherwise: The value of a client who has none.
        counted_if: Reports leave out the clients of whom this is not true.
        report: The part of a report that shows it; None if no part does.
        missing: What it makes of an answer that is missing.
        evidence: Where its definition is written.
    """

    id: str
    title: str
    of: Measure | Condition | WeeksUntil
    otherwise: float | None = None
    counted_if: Condition | None = None
    report: ReportPart | None = None
    missing: str = ""
    evidence: Evidence | None = None

    @property
    def is_share(self) -> bool:
        """Whether its numbers are parts of 1, because it averages words worth 0 to 1."""
        scores = self.of.scores if isinstance(self.of, Statistic) else None
        return (
            isinstance(self.of, Statistic)
            and self.of.name == "average"
            and scores is not None
            and all(0 <= worth <= 1 for _, worth in scores.worth)
        )

    @property
    def is_yes_or_no(self) -> bool:
        """Whether it is a condition, or whether one ever held."""
        return isinstance(self.of, Ever) or not isinstance(self.of, Measure | WeeksUntil)

    @property
    def is_scored(self) -> bool:
        """Whether it reads scores of an instrument, which may have several versions."""
        return isinstance(self.of, Latest | Statistic) and self.of.kind == SCORED_KIND

    def counted(self, histories: Histories, at: Instant) -> Bools:
        """Whether reports count each client of a batch, as of an instant."""
        keys = histories.bases + at
        if self.counted_if is None:
            return np.ones(len(keys), bool)
        return truth_at(flips_of(self.counted_if, histories), keys)

    def stays(self, histories: Histories, begins: Keys, ends: Keys) -> tuple[Numbers, Bools]:
        """Find how long it took until the rule of a `weeks_until` held.

        Args:
            histories: The batch.
            begins: (n,) the key from which each of some clients is watched, ascending.
            ends: (n,) the key to which, of the same client.

        Returns:
            (n,) weeks until the rule held, or else until the newest event that it looks at; and
            (n,) whether it held.
        """
        assert isinstance(self.of, WeeksUntil)
        held = np.append(Ever(self.of.when).begins(histories), np.iinfo(np.int64).max)
        first = held[held.searchsorted(begins)]
        reached = first <= ends
        newest = np.maximum(_newest(_looked_at(self.of, histories), ends), begins)
        until = np.where(reached, first, newest)
        weeks = (local_days(histories, until) - local_days(histories, begins)) / 7
        return np.maximum(weeks - self.of.less, 0), reached

    def versions(self, histories: Histories) -> set[str]:
        """Return the versions in which scores that it reads stand; "" for those that say none."""
        assert isinstance(self.of, Latest | Statistic)
        events = histories.select(self.of.kind, self.of.where, self.of.field)
        payloads = {histories.payload[place] for place in events}
        found = (histories.payloads.fields[code].get(_VERSION) for code in payloads)
        return {"" if version is None else fold(str(version)) for version in found}

    def in_version(self, version: str) -> Figure:
        """Return the figure over the scores of one version of its instrument alone."""
        assert isinstance(self.of, Latest | Statistic)
        held = Comparison("is", version) if version else UNSAID
        where = Where((*self.of.where.fields, (_VERSION, held)))
        return replace(self, of=replace(self.of, where=where))

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
    ends = _newest(_looked_at(figure, histories), keys)
    first = Ever(figure.when).first(histories)
    reached = _newest(first, keys)
    ends = np.where(reached >= 0, reached, ends)
    begins = _newest(histories.record("enrolled")[0], keys)
    known = (ends >= 0) & (begins >= 0)
    weeks = np.full(len(keys), np.nan)
    days = local_days(histories, ends[known]) - local_days(histories, begins[known])
    weeks[known] = days / 7 - figure.less
    return weeks


def _looked_at(figure: WeeksUntil, histories: Histories) -> Keys:
    """Return the ascending keys of the events of the kinds that the rule reads."""
    places = [histories.of_kind(kind) for kind in kinds(figure.when)]
    return np.sort(histories.key[np.concatenate(places)]) if places else histories.bases[:0]


def _newest(among: Keys, keys: Keys) -> Keys:
    """Return (n,) the client's newest of ascending keys as of each key, or -1."""
    place = among.searchsorted(keys, "right") - 1
    found = np.append(among, -1)[place]
    return np.where((found >> SHIFT) == (keys >> SHIFT), found, -1)
