"""The measures of the rule language, with their subjects and options."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from typing import Literal

import yaml

from engine.measures.compared import Compared
from engine.measures.comparison import ANY, DECIMALS, Where
from engine.measures.counting import Count, DaysWith, Sequence, Share
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Scores, Statistic, StatisticName, Trend
from engine.measures.measure import Measure, Number
from engine.measures.signal import KindOrSignal, kinds_of
from engine.measures.streaks import LongestStreak, Streak
from engine.measures.window import Window
from engine.model.duration import Duration
from engine.model.instant import DAY_US
from engine.rulebook.language.units import (
    ATTRIBUTE,
    CHANGED_PERCENT,
    COUNTS,
    DURATION,
    PERCENT,
    SIGNED,
    WHOLE_DAYS,
    Values,
)

Target = Literal["kind", "field", "kind or day", "pair", "attribute"]
DAYS = ("enrolled", "discharged")
USUAL_BASELINE = 14 * DAY_US
# With more events than this, any percentage is possible.
_FEW = 50


@dataclass(slots=True)
class Said:
    """The parts of one condition, as read, before its measure is made."""

    name: str
    kind: str = ""  # or the name of a signal
    watched: KindOrSignal = ""
    field: str = ""
    values: Values = COUNTS
    where: Where = ANY
    among: Where = ANY
    of: Where = ANY
    forgiving: Where | None = None
    of_at_least: int = 1
    scores: Scores | None = None
    before: Duration | None = None  # the time before, with which it is compared
    window: Window = default(default_factory=Window)
    baseline: Duration = USUAL_BASELINE
    pair: tuple[tuple[KindOrSignal, Where], ...] = ()
    nodes: Mapping[str, yaml.Node] = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one measure: its subject, its sentence, its options, and the required ones."""

    target: Target
    says: str
    options: tuple[str, ...]
    required: tuple[str, ...] = ()


def _form(target: Target, says: str, options: str = "", required: str = "") -> Form:
    return Form(target, says, tuple(options.split()), tuple(required.split()))


_LIMITS = "starting until up_to on"
_WINDOWED = f"where within last first {_LIMITS} compared_with"
_VALUES = f"where scored within last first {_LIMITS} compared_with"
FORMS: Mapping[str, Form] = {
    "count": _form("kind", "How many events of a kind there were.", _WINDOWED),
    "days_with": _form(
        "kind", "On how many different days, the client's own, there was such an event.", _WINDOWED
    ),
    "latest": _form(
        "field", "The value in the newest event that has one.", f"where not_older_than {_LIMITS}"
    ),
    "average": _form("field", "The average of the values.", _VALUES),
    "median": _form("field", "The median of the values.", _VALUES),
    "lowest": _form("field", "The lowest of the values.", _VALUES),
    "highest": _form("field", "The highest of the values.", _VALUES),
    "total": _form("field", "The values added up; of no values it is unknown, not 0.", _VALUES),
    "change": _form(
        "field",
        "The newest value less the client's own median before it.",
        f"where baseline not_older_than {_LIMITS}",
    ),
    "trend": _form(
        "field",
        "How much the value rises a day; below 0 it falls.",
        f"where scored within last first {_LIMITS}",
    ),
    "streak": _form(
        "kind",
        "How many of the newest events in a row fit 'where'.",
        f"where among forgiving within first {_LIMITS}",
        "where",
    ),
    "longest_streak": _form(
        "kind",
        "The most events in a row that fit 'where'.",
        f"where among forgiving within last first {_LIMITS}",
        "where",
    ),
    "share": _form(
        "kind",
        "Of the events that fit 'of', what percentage fits 'where'.",
        f"where of of_at_least within last first {_LIMITS} compared_with",
        "where",
    ),
    "time_since": _form(
        "kind or day",
        "How long ago the newest such event was, or else the enrolment; or a day.",
        "where starting",
    ),
    "sequence": _form(
        "pair",
        "How often the second event followed the first.",
        "within last first starting until on",
    ),
    "client": _form("attribute", "An attribute of the client's record, as it was at the time."),
}


def values_of(name: str, kind_field: Values | None) -> Values:
    """Return the possible values of a measure on one value, from those of its field."""
    if kind_field is None:
        return {"share": PERCENT, "client": ATTRIBUTE}.get(name, COUNTS)
    spread = kind_field.high - kind_field.low
    if name == "change":
        return replace(SIGNED, low=-spread, high=spread)
    if name == "trend":
        return SIGNED
    return kind_field


def values_in(said: Said) -> Values:
    """Return the possible values of a measure with its window."""
    if said.before is not None:
        return SIGNED if said.name != "share" else CHANGED_PERCENT
    if said.name == "time_since":
        return WHOLE_DAYS if said.kind in DAYS else DURATION
    if said.name == "total":
        most, low, high = _so_many(said) or math.inf, said.values.low, said.values.high
        return replace(
            said.values,
            low=low if low >= 0 else low * most,
            high=high if high <= 0 else high * most,
        )
    if said.name == "share":
        return replace(PERCENT, few=_shares(said.of_at_least, _so_many(said)))
    return replace(COUNTS, high=_most(said)) if said.values is COUNTS else said.values


def _so_many(said: Said) -> int | None:
    """Return how many events the window holds at most; None without a limit."""
    return said.window.first if said.window.last is None else said.window.last


def _shares(least: int, most: int | None) -> frozenset[float] | None:
    """Return the possible percentages of `least` to `most` events; None if any is possible."""
    if most is None or not least <= most <= _FEW:
        return None
    sizes = range(least, most + 1)
    return frozenset(
        round(100 * hits / size, DECIMALS) for size in sizes for hits in range(size + 1)
    )


def _most(said: Said) -> float:
    """Return the most that can be counted in the window."""
    last, within = _so_many(said), said.window.within
    if last is not None and said.name == "sequence":
        # If both are of one kind, an event can end one pair and begin the next.
        first, second = (kinds_of(kind) for kind, _ in said.pair)
        return last - 1 if first & second else last // 2
    if last is None and within is not None and said.name == "days_with":
        # A window of seven days touches eight, and one more if a day has only 23 hours.
        return 1 - (-(within + DAY_US // 24) // DAY_US)
    return math.inf if last is None else last


def measure_of(said: Said) -> Measure:
    """Return the measure of a condition as read."""
    measure = _measure_of(said)
    if said.before is None:
        return measure
    assert isinstance(measure, Number)
    return Compared(measure, said.before)


def _measure_of(said: Said) -> Measure:
    match said.name:
        case "count":
            return Count(said.watched, said.where, said.window)
        case "days_with":
            return DaysWith(said.watched, said.where, said.window)
        case "streak":
            return Streak(said.watched, said.where, said.among, said.window, said.forgiving)
        case "longest_streak":
            return LongestStreak(said.watched, said.where, said.among, said.window, said.forgiving)
        case "share":
            return Share(said.watched, said.where, said.of, said.window, said.of_at_least)
        case "sequence":
            first, second = said.pair
            return Sequence(first, second, said.window)
        case "client":
            return ClientAttribute(said.kind)
        case "time_since" if said.kind in DAYS:
            return TimeSinceDay("enrolled" if said.kind == "enrolled" else "discharged")
        case "time_since":
            return TimeSinceEvent(said.watched, said.where, said.window.starting)
        case _:
            return _of_field(said)


def _of_field(said: Said) -> Measure:
    match said.name:
        case "latest":
            return Latest(said.watched, said.field, said.where, said.window)
        case "change":
            return Change(said.watched, said.field, said.where, said.baseline, said.window)
        case "trend":
            return Trend(said.watched, said.field, said.where, said.window, said.scores)
        case "average" | "median" | "lowest" | "highest" | "total":
            name: StatisticName = said.name
            return Statistic(said.watched, said.field, said.where, said.window, said.scores, name)
        case _:
            raise AssertionError(said.name)
