"""Findings, values and conditions in plain English, for people who do not read YAML."""

from __future__ import annotations

from engine.measures.comparison import Comparison, Operand, Where
from engine.measures.counting import Count, DaysWith, Sequence, Share, Streak
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Statistic, Trend
from engine.measures.measure import Finding, Measure
from engine.measures.window import Starting, Window
from engine.model.duration import write_duration
from engine.model.event import Value
from engine.rulebook.conditions import AllOf, AnyOf, Condition

_OPERATORS = {
    "at_least": "at least ",
    "at_most": "at most ",
    "more_than": "more than ",
    "less_than": "less than ",
    "is": "",
    "is_not": "not ",
    "one_of": "one of ",
    "none_of": "none of ",
}
_ELAPSED = (TimeSinceEvent, TimeSinceDay)


def finding_in_words(finding: Finding) -> str:
    """Such as `the number of check-ins with status missed within 7 days is at least 2`."""
    return f"{measure_in_words(finding.measure)} is {threshold_in_words(finding)}"


def threshold_in_words(finding: Finding) -> str:
    """Such as `at least 2`."""
    return _compared(finding.comparison, finding.measure)


def value_in_words(measure: Measure, value: Value | None) -> str:
    """A measured value with its unit; `no value` where there is none."""
    if value is None:
        return "no value"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return _operand(value, measure)


def measure_in_words(measure: Measure) -> str:
    """What is measured, such as `the average craving of check-ins within 7 days`."""
    match measure:
        case DaysWith(kind, where, window):
            return f"the number of days with {_events(kind, where)}{_window(window, kind)}"
        case Count(kind, where, window):
            return f"the number of {_events(kind, where)}{_window(window, kind)}"
        case Share(kind, where, of, window, least):
            fewest = f" (unknown below {least})" if least > 1 else ""
            return f"the share{_with(where)} among {_events(kind, of)}{_window(window, kind)}{fewest}"
        case Streak(kind, where, among, window):
            return f"the number of newest {_events(kind, among)} in a row{_with(where)}{_window(window, kind)}"
        case Sequence(first, second, window):
            return f"the number of times that {_events(*second)} followed {_events(*first)}{_window(window, 'event')}"
        case TimeSinceEvent(kind, where, starting):
            return f"the time since the newest of {_events(kind, where)}, or since enrolment{_starting(starting)}"
        case TimeSinceDay(since):
            return f"the days since the client was {since}"
        case ClientAttribute(name):
            return f"the client's {_plain(name)}"
        case _:
            return _of_field(measure)


def clearing_in_words(condition: Condition, true: frozenset[Finding]) -> str:
    """What must come about for a condition that is true to be so no longer, said of its findings that are true."""
    match condition:
        case Finding():
            return f"no longer: {finding_in_words(condition)}"
        case AllOf(parts):
            return _joined([clearing_in_words(part, true) for part in parts], "either ", "; or ")
        case AnyOf(parts):
            held = [part for part in parts if _true(part, true)]
            return _joined([clearing_in_words(part, true) for part in held], "both ", "; and ")
        case _:
            raise AssertionError(condition)


def _true(condition: Condition, true: frozenset[Finding]) -> bool:
    match condition:
        case AllOf(parts):
            return all(_true(part, true) for part in parts)
        case AnyOf(parts):
            return any(_true(part, true) for part in parts)
        case _:
            return condition in true


def _joined(parts: list[str], first: str, between: str) -> str:
    return parts[0] if len(parts) == 1 else f"{first}({between.join(parts)})"


def _of_field(measure: Measure) -> str:
    match measure:
        case Latest(kind, field, where, window):
            age = f" not older than {write_duration(window.within)}" if window.within else ""
            return f"the latest {_plain(field)} of {_events(kind, where)}{age}{_starting(window.starting)}"
        case Change(kind, field, where, baseline, window):
            age = f" not older than {write_duration(window.within)}" if window.within else ""
            return (
                f"the newest {_plain(field)} of {_events(kind, where)}{age}{_starting(window.starting)}, less the "
                f"client's own median of the {write_duration(baseline)} before it,"
            )
        case Trend(kind, field, where, window):
            return f"the change a day, by trend, of {_plain(field)} of {_events(kind, where)}{_window(window, kind)}"
        case Statistic(kind, field, where, window, name):
            return f"the {name} {_plain(field)} of {_events(kind, where)}{_window(window, kind)}"
        case _:
            raise AssertionError(measure)


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _events(kind: str, where: Where) -> str:
    names = {"check_in": "check-ins", "attendance": "attendances", "medication": "medication events"}
    plural = names.get(kind, f"{_plain(kind)} events" if kind.endswith("s") else f"{_plain(kind)}s")
    return plural + _with(where)


def _with(where: Where) -> str:
    if not where.fields:
        return ""
    return " with " + " and ".join(f"{_plain(name)} {_compared(comparison)}" for name, comparison in where.fields)


def _window(window: Window, kind: str) -> str:
    text = ""
    if window.within is not None:
        text = f" within {write_duration(window.within)}"
    if window.last is not None:
        text = f" among the last {window.last} {_events(kind, Where())}"
    return text + _starting(window.starting)


def _starting(starting: Starting | None) -> str:
    if starting is None:
        return ""
    day = "enrolment" if starting.after == "enrolled" else "discharge"
    return f" from day {starting.days} after {day} on"


def _compared(comparison: Comparison, measure: Measure | None = None) -> str:
    return _OPERATORS[comparison.operator] + _operand(comparison.operand, measure)


def _operand(operand: Operand | bool, measure: Measure | None) -> str:
    if isinstance(operand, tuple):
        return " or ".join(_operand(one, measure) for one in operand)
    if isinstance(operand, str):
        return operand
    if isinstance(measure, _ELAPSED):
        return write_duration(round(operand))
    number = f"{round(operand, 2):g}"
    return f"{number}%" if isinstance(measure, Share) else number
