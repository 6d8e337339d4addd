"""Findings in plain English: each measure with its comparison, and the change that ends it."""

from __future__ import annotations

from functools import lru_cache

from engine.measures.compared import Compared
from engine.measures.comparison import Comparison
from engine.measures.counting import Count, DaysWith, Sequence, Share
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Statistic, Trend
from engine.measures.measure import Finding, Measure
from engine.measures.signal import KindOrSignal, name_of
from engine.measures.streaks import LongestStreak, Streak
from engine.measures.weekday import Weekday
from engine.model.assignment_entries import ASSIGNED
from engine.model.duration import write_duration
from engine.model.event import Value
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.core.condition_walks import parts_of
from engine.rulebook.core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Ever,
    NoneOf,
    Points,
    RuleHolds,
    SomeOf,
)
from engine.rulebook.english import words
from engine.rulebook.english.measure_text import (
    SO_FAR,
    STATING,
    longest_in_words,
    plain_measure_in_words,
    row_in_words,
    scored_in_words,
)
from engine.rulebook.english.words import age, amount, looked_at, noun, start_day, window, word


# A rulebook has few findings, and every alert says some.
@lru_cache(maxsize=4096)
def finding_in_words(finding: Finding) -> str:
    """Write a finding: `2 or more missed check-ins in the last 7 days`."""
    measure, comparison = finding.measure, finding.comparison
    match measure:
        case DaysWith(kind, where, limits):
            counted = _count(comparison, "day", "days")
            return f"{counted} with {noun(kind, where)}{window(limits, noun(kind)) or SO_FAR}"
        case Count(kind, where, limits):
            counted = _count(comparison, noun(kind, where, one=True), noun(kind, where))
            return f"{counted}{window(limits, noun(kind)) or SO_FAR}"
        case LongestStreak():
            counted = _count(comparison, "event", "events")
            return f"{counted}, {longest_in_words(measure)}"
        case Streak(kind, where, among, limits, None) if comparison == _ONE_OR_MORE:
            return (
                f"the latest {noun(kind, among, one=True)} is "
                f"{words.one_of(kind, where)}{window(limits, '')}"
            )
        case Streak(kind, where):
            counted = _count(comparison, noun(kind, where, one=True), noun(kind, where))
            return f"{counted} in a row up to the latest{row_in_words(measure)}"
        case Sequence(first, second, limits):
            followed = f"{words.one_of(*first)} was followed by {words.one_of(*second)}"
            return (
                f"{_count(comparison, 'time', 'times')} that "
                f"{followed}{window(limits, 'of either')}"
            )
        case Weekday():
            return f"today is {words.compared(comparison)} where the client lives"
        case Compared(inner, before):
            moved = _above(comparison).removesuffix(" from")
            what = f"{moved} what it was {write_duration(before)} before"
            return f"{measure_in_words(inner)} is {what}"
        case Points(items):
            adding = "; ".join(item_in_words(points, part) for points, part in items)
            return f"{shown_in_words(finding)} ({adding})"
        case Ever(condition):
            return f"{ever_in_words(finding)}: {condition_in_words(condition)}"
        case Share() | TimeSinceEvent() | TimeSinceDay() | ClientAttribute():
            return _of_client(measure, comparison)
        case _:
            return _of_field(measure, comparison)


def measure_in_words(measure: Measure) -> str:
    """Write a measure: `the number of missed check-ins in the last 7 days`."""
    match measure:
        case Points(items, name):
            adding = "; ".join(item_in_words(points, part) for points, part in items)
            return f"the score{f' on the scorecard {name}' if name else ''} ({adding})"
        case Ever(condition):
            return f"whether at some time so far: {condition_in_words(condition)}"
        case Weekday():
            return "the day of the week"
        case Compared(inner, before):
            return f"{measure_in_words(inner)}, less what it was {write_duration(before)} before"
        case _:
            return plain_measure_in_words(measure)


def shown_in_words(finding: Finding) -> str:
    """Write a finding without a scorecard's items: `a score of 8 or more points (return_risk)`."""
    if not isinstance(finding.measure, Points):
        return finding_in_words(finding)
    name = f" on the scorecard {finding.measure.name}" if finding.measure.name else ""
    return f"a score{name} of {amount(finding.comparison, less='fewer')}"


def ever_in_words(finding: Finding) -> str:
    """Write `at some time so far`, or `at no time so far` if it is denied."""
    return "at some time so far" if finding.comparison.holds(True) else "at no time so far"


def item_in_words(points: int, condition: Condition) -> str:
    """Write an item of a scorecard: `4 points if 2 or more missed check-ins in the last 7 days`."""
    return f"{points} {'point' if points == 1 else 'points'} if {condition_in_words(condition)}"


def condition_in_words(condition: Condition) -> str:
    """Write a condition in one line, its parts in brackets."""
    match condition:
        case Finding():
            return finding_in_words(condition)
        case RuleHolds(rule_id):
            return f"the rule {rule_id} holds, before its own waiting times"
        case AllOf():
            joined = "all of"
        case AnyOf():
            joined = "any of"
        case NoneOf():
            joined = "known to be none of"
        case SomeOf(at_least, _):
            joined = f"{at_least} or more of"
    return f"{joined} {', '.join(f'({condition_in_words(part)})' for part in parts_of(condition))}"


_ONE_OR_MORE = Comparison("at_least", 1)


@lru_cache(maxsize=4096)
def threshold_in_words(finding: Finding) -> str:
    """Write the threshold of a finding: `2 or more`."""
    measure, comparison = finding.measure, finding.comparison
    match measure:
        case Latest(kind, field, _, _):
            return words.compared(comparison, kind, field)
        case ClientAttribute() | Weekday():
            return words.compared(comparison)
        case Compared():
            return _above(comparison).removesuffix(" from")
        case Ever():
            return "yes" if comparison.holds(True) else "no"
        case Count() | Streak() | Sequence() | Points():
            return amount(comparison, less="fewer")
        case _:
            return amount(comparison, _write(measure))


def value_in_words(measure: Measure, measured: Value | None) -> str:
    """Write a measured value with its unit; `no value` if there is none."""
    write = words.elapsed if isinstance(measure, TimeSinceEvent) else _write(measure)
    return words.value(measured, write)


def _write(measure: Measure) -> words.Write:
    match measure:
        case Share() | Compared(Share()):
            return words.percent
        case TimeSinceEvent():
            return words.duration
        case TimeSinceDay():
            return words.days
        case _:
            return words.plain


def _count(comparison: Comparison, one: str, many: str) -> str:
    """Count things, as in `2 or more days`, `exactly 1 day`, `no days` or `other than 3`."""
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
            if (comparison.operator, comparison.operand) == ("less_than", 100):
                return f"not all {looked_at(limits, kind, of)}{unless} are {noun(kind, where)}"
            return f"{said} of {looked_at(limits, kind, of)}{unless} are {noun(kind, where)}"
        case TimeSinceEvent(kind, where, None):
            return (
                f"{said} since the latest {noun(kind, where, one=True)}, or since enrolment if "
                "there was none"
            )
        case TimeSinceEvent(kind, where, start):
            assert start
            latest = f"{said} since the latest {noun(kind, where, one=True)}"
            return f"{latest} from {start_day(start)} on, or since that day if there was none"
        case TimeSinceDay(since):
            return f"{said} since the day of {'enrolment' if since == 'enrolled' else 'discharge'}"
        case ClientAttribute(name) if name in ASSIGNED:
            has = "has a" if comparison.holds("yes") else "has no"
            return f"the client {has} {word(ASSIGNED[name])}"
        case ClientAttribute(name):
            return f"the client's {word(name)} is {words.compared(comparison)}"
        case _:
            raise AssertionError(measure)


def _of_field(measure: Measure, comparison: Comparison) -> str:
    match measure:
        case Latest(kind, field, where, limits):
            latest = f"at the latest {noun(kind, where, one=True)} that states it{age(limits)}"
            return f"{word(field)} {_scaled(kind, field, comparison)} {latest}"
        case Statistic(kind, field, where, limits, scores, name):
            said = (
                _scaled(kind, field, comparison) if name != "total" else f"of {amount(comparison)}"
            )
            return (
                f"{name} {word(field)}{scored_in_words(scores)} {said} over "
                f"{looked_at(limits, kind, where, STATING)}"
            )
        case Trend(kind, field, where, limits, scores):
            over = looked_at(limits, kind, where, STATING)
            scored = scored_in_words(scores)
            return f"{word(field)}{scored} {_slope(comparison)}, as a trend over {over}"
        case Change(kind, field, where, baseline, limits):
            usual = f"the client's own median of the {write_duration(baseline)} before"
            latest = f"at the latest {noun(kind, where, one=True)} that states it{age(limits)}"
            return f"{word(field)} {_above(comparison)} {usual}, {latest}"
        case _:
            raise AssertionError(measure)


def _scaled(kind: KindOrSignal, field: str, comparison: Comparison) -> str:
    """Compare a field, with its well-known scale: `of 8 or more out of 10`, `missed`."""
    said = words.compared(comparison, kind, field)
    if all(isinstance(one, str) for one in words.operands(comparison)):
        return said
    known = BUILT_IN.get(name_of(kind))
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
    """Return how far a value went, and whether up; None if the comparison has no direction."""
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
