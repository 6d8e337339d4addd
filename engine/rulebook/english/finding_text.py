"""Findings in plain English: every measure of the language with its comparison, and what would end it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from engine.measures.comparison import ANY, Comparison
from engine.measures.counting import Count, DaysWith, Sequence, Share, Streak
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Statistic, Trend
from engine.measures.measure import Finding, Measure
from engine.model.duration import write_duration
from engine.model.event import Value
from engine.model.kinds import BUILT_IN
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition
from engine.rulebook.english import words
from engine.rulebook.english.words import age, amount, looked_at, noun, start_day, window, word


# A rulebook's findings are few, and said at every alert.
@lru_cache(maxsize=4096)
def finding_in_words(finding: Finding) -> str:
    """Such as `2 or more missed check-ins in the last 7 days`."""
    measure, comparison = finding.measure, finding.comparison
    match measure:
        case DaysWith(kind, where, limits):
            counted = _count(comparison, "day", "days")
            return f"{counted} with {noun(kind, where)}{window(limits, noun(kind)) or _SO_FAR}"
        case Count(kind, where, limits):
            counted = _count(comparison, noun(kind, where, one=True), noun(kind, where))
            return f"{counted}{window(limits, noun(kind)) or _SO_FAR}"
        case Streak(kind, where, among, limits) if comparison == _ONE_OR_MORE:
            return f"the latest {noun(kind, among, one=True)} is {words.one_of(kind, where)}{window(limits, '')}"
        case Streak(kind, where, among, limits):
            counted = _count(comparison, noun(kind, where, one=True), noun(kind, where))
            only = f", looking only at {noun(kind, among)}" if among != ANY else ""
            return f"{counted} in a row up to the latest{only}{window(limits, noun(kind, among))}"
        case Sequence(first, second, limits):
            followed = f"{words.one_of(*first)} was followed by {words.one_of(*second)}"
            return f"{_count(comparison, 'time', 'times')} that {followed}{window(limits, 'of either')}"
        case Share() | TimeSinceEvent() | TimeSinceDay() | ClientAttribute():
            return _of_client(measure, comparison)
        case _:
            return _of_field(measure, comparison)


_SO_FAR = " so far"
_ONE_OR_MORE = Comparison("at_least", 1)


@lru_cache(maxsize=4096)
def threshold_in_words(finding: Finding) -> str:
    """Such as `2 or more`."""
    measure, comparison = finding.measure, finding.comparison
    match measure:
        case Latest(kind, field, _, _):
            return words.compared(comparison, kind, field)
        case ClientAttribute():
            return words.compared(comparison)
        case Count() | Streak() | Sequence():
            return amount(comparison, less="fewer")
        case _:
            return amount(comparison, _write(measure))


def value_in_words(measure: Measure, measured: Value | None) -> str:
    """A measured value with its unit; `no value` where there is none."""
    write = words.elapsed if isinstance(measure, TimeSinceEvent) else _write(measure)
    return words.value(measured, write)


def clearing_in_words(condition: Condition, true: frozenset[Finding]) -> str:
    """What must come about for a condition that is true to be so no longer, said of its findings that are true.

    It is one line, or a heading and a list, the lists in it indented.
    """
    return "\n".join(_lines(_way_out(condition, true)))


class _Several(NamedTuple):
    heading: str
    parts: tuple[_Several | str, ...]


def _way_out(condition: Condition, true: frozenset[Finding]) -> _Several | str:
    match condition:
        case Finding():
            return f"no longer {finding_in_words(condition)}"
        case AllOf(parts):
            return _several("one of these:", [_way_out(part, true) for part in parts])
        case AnyOf(parts):
            return _several(
                "all of these:", [_way_out(part, true) for part in parts if _true(part, true)]
            )
        case _:
            raise AssertionError(condition)


def _several(heading: str, parts: list[_Several | str]) -> _Several | str:
    """Each part once, what stands in a part of the same sort beside the others."""
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
        case _:
            return condition in true


def _write(measure: Measure) -> words.Write:
    match measure:
        case Share():
            return words.percent
        case TimeSinceEvent():
            return words.duration
        case TimeSinceDay():
            return words.days
        case _:
            return words.plain


def _count(comparison: Comparison, one: str, many: str) -> str:
    """A number of things: `2 or more days`, `exactly 1 day`, `no days`, `not one day`, `other than 3`."""
    counted = amount(comparison, less="fewer")
    match comparison.operator:
        case "is" if comparison.operand == 0:
            return f"no {many}"
        case "at_most" if comparison.operand == 0:
            return f"not one {one}"
        case "is_not" | "none_of":
            return f"a number of {many} {counted}"
        case "at_least" | "at_most":
            return f"{counted} {many}"
        case _:
            return f"{counted} {one if words.operands(comparison) == (1,) else many}"


def _of_client(measure: Measure, comparison: Comparison) -> str:
    said = amount(comparison, _write(measure))
    match measure:
        case Share(kind, where, of, limits, least):
            unless = f", if those are {least} or more," if least > 1 else ""
            return f"{said} of {looked_at(limits, kind, of)}{unless} are {noun(kind, where)}"
        case TimeSinceEvent(kind, where, None):
            return f"{said} since the latest {noun(kind, where, one=True)}, or since enrolment if there was none"
        case TimeSinceEvent(kind, where, start):
            assert start
            latest = f"{said} since the latest {noun(kind, where, one=True)}"
            return f"{latest} from {start_day(start)} on, or since that day if there was none"
        case TimeSinceDay(since):
            return f"{said} since the day of {'enrolment' if since == 'enrolled' else 'discharge'}"
        case ClientAttribute(name):
            return f"the client's {word(name)} is {words.compared(comparison)}"
        case _:
            raise AssertionError(measure)


def _of_field(measure: Measure, comparison: Comparison) -> str:
    match measure:
        case Latest(kind, field, where, limits):
            latest = f"at the latest {noun(kind, where, one=True)} that states it{age(limits)}"
            return f"{word(field)} {_scaled(kind, field, comparison)} {latest}"
        case Statistic(kind, field, where, limits, name):
            said = (
                _scaled(kind, field, comparison) if name != "total" else f"of {amount(comparison)}"
            )
            return f"{name} {word(field)} {said} over {looked_at(limits, kind, where, _STATING)}"
        case Trend(kind, field, where, limits):
            return f"{word(field)} {_slope(comparison)}, as a trend over {looked_at(limits, kind, where, _STATING)}"
        case Change(kind, field, where, baseline, limits):
            usual = f"the client's own median of the {write_duration(baseline)} before"
            latest = f"at the latest {noun(kind, where, one=True)} that states it{age(limits)}"
            return f"{word(field)} {_above(comparison)} {usual}, {latest}"
        case _:
            raise AssertionError(measure)


_STATING = " that state it"


def _scaled(kind: str, field: str, comparison: Comparison) -> str:
    """A field's comparison with its scale, where everybody knows it: `of 8 or more out of 10`, `missed`."""
    said = words.compared(comparison, kind, field)
    if all(isinstance(one, str) for one in words.operands(comparison)):
        return said
    known = BUILT_IN.get(kind)
    scale = known.fields.get(field) if known else None
    return f"of {said} out of 10" if scale and (scale.low, scale.high) == (0, 10) else f"of {said}"


def _slope(comparison: Comparison) -> str:
    moved = _moved(comparison)
    if moved is None:
        return f"with a slope of {amount(comparison)} a day (minus if falling)"
    return f"{'rising' if moved[1] else 'falling'} by {moved[0]} a day"


def _above(comparison: Comparison) -> str:
    moved = _moved(comparison)
    if moved is None:
        return f"with a difference of {amount(comparison)} (minus if below) from"
    return f"{moved[0]} {'above' if moved[1] else 'below'}"


def _moved(comparison: Comparison) -> tuple[str, bool] | None:
    """How far a value went, and whether up; None where the comparison is not of going one way."""
    operand = comparison.operand
    if not isinstance(operand, int | float):
        return None
    far = words.number(abs(operand))
    match comparison.operator:
        case "at_least" if operand > 0:
            return f"{far} or more", True
        case "at_most" if operand < 0:
            return f"{far} or more", False
        case "more_than" if operand >= 0:
            return f"more than {far}", True
        case "less_than" if operand <= 0:
            return f"more than {far}", False
        case _:
            return None
