"""Generated conditions of rules.

They cover the whole language, over days on which clocks change.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from engine.measures.weekday import WEEKDAYS
from tests.kit.generated_people import FIELD_VALUES, KIND_NAMES
from tests.kit.plain_values import Condition

# `make thorough` tries 20,000 cases of each property, others each time.
CASES = int(os.environ.get("HANDRAIL_CASES", "0"))


def cases(few: int, tests: int = 1) -> settings:
    """Settings of a property: a few fixed cases, or HANDRAIL_CASES random ones.

    Those are shared out among `tests`, where a property is several.
    """
    # The fixtures that a property uses may serve all its cases: what a case needs fresh it makes
    # itself.
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=CASES // tests or few,
        derandomize=not CASES,
        deadline=None,
        suppress_health_check=slow,
        database=None,
    )


LENGTHS = st.sampled_from(
    ["6 hours", "12 hours", "1 day", "36 hours", "2 days", "3 days", "1 week", "10 minutes"]
)
_WHOLE_DAYS = st.sampled_from(["1 day", "2 days", "3 days", "5 days", "1 week"])
_STARTING = st.sampled_from(
    [
        "0 days after enrolment",
        "1 day after enrolment",
        "3 days after enrolment",
        "2 days after discharge",
    ]
)
_ORDERED = st.sampled_from(["at_least", "at_most", "more_than", "less_than"])
_ANY_OPERATOR = st.sampled_from(
    ["at_least", "at_most", "more_than", "less_than", "is", "is_not", "one_of"]
)
_NUMBERS = {
    "check_in.craving": [3, 5, 6.5, 7, 8],
    "test.bac": [0.02, 0.1, 0.3],
    "assessment.score": [4, 9, 10],
    "journal.worry": [-1, 0.2, 0.3, 0.6, 1, 4],
}
_WORDS: dict[str, list[Any]] = {
    "check_in.status": ["completed", "missed", "excused", "not_done"],
    "check_in.used": [True, False],
    "check_in.substances": ["alcohol", "opioids", "hard"],
    "test.result": ["negative", "positive", "missed", "refused", "not_clean"],
    "test.warm": ["yes", "no", "unknown"],
    "assessment.instrument": ["phq9", "bam", "long"],
    "journal.weather": ["sun", "rain"],
    "journal.who": ["me", "you"],
}
LISTS = {
    "not_done": ["missed", "excused"],
    "not_clean": ["positive", "refused", "missed"],
    "hard": ["opioids", "cocaine"],
    "long": ["phq9", "bdi"],
    "early": ["iop", "residential"],
}
# Of several kinds, which share no field, and of some events of one kind.
SIGNALS: dict[str, list[Any]] = {
    "heard": [
        {"kind": "check_in", "where": {"status": "completed"}},
        "assessment",
        {"kind": "journal", "where": {"weather": "sun"}},
    ],
    "clear": [
        {"kind": "test", "where": {"result": "negative"}},
        {"kind": "test", "where": {"bac": {"less_than": 0.1}, "result": {"is_not": "missed"}}},
    ],
}
SCORES: dict[str, dict[str, float]] = {"clean": {"negative": 1, "missed": 0.5}}
_KINDS_OF = {"heard": ("check_in", "assessment", "journal"), "clear": ("test",)}
_COUNTED = st.sampled_from([*KIND_NAMES, *SIGNALS])


def kinds_in(text: str) -> list[str]:
    """The kinds that a condition names, itself or by a signal."""
    named = {kind for signal, kinds in _KINDS_OF.items() if signal in text for kind in kinds}
    return [kind for kind in KIND_NAMES if kind in text or kind in named]


Draw = Callable[[st.SearchStrategy[Any]], Any]


def _some(draw: Draw, values: Iterable[Any], most: int = 2) -> list[Any]:
    return draw(st.lists(st.sampled_from(list(values)), min_size=1, max_size=most, unique=True))


def one_in(draw: Draw, times: int) -> bool:
    """Whether it happens, which it does not in the simplest case.

    Hypothesis draws the ends of a range more often than other values.
    """
    return bool(draw(st.integers(0, times)) == times // 2)


def maybe(draw: Draw, condition: Condition, option: str, values: st.SearchStrategy[Any]) -> None:
    if draw(st.booleans()):
        condition[option] = draw(values)


def _compared(
    draw: Draw, values: Sequence[Any], operators: st.SearchStrategy[str] = _ANY_OPERATOR
) -> Condition:
    operator = draw(operators)
    return {
        operator: _some(draw, values)
        if operator == "one_of"
        else draw(st.sampled_from(list(values)))
    }


def _word_compared(draw: Draw, values: Sequence[Any]) -> Condition:
    named = [word for word in values if word in LISTS]
    single = [word for word in values if word not in LISTS]
    operator = draw(st.sampled_from(["is", "is_not", "one_of"]))
    if operator == "one_of":
        return {
            "one_of": draw(st.sampled_from(named))
            if named and draw(st.booleans())
            else _some(draw, single)
        }
    return {operator: draw(st.sampled_from(single))}


def where(draw: Draw, kind: str) -> dict[str, Any]:
    """A `where:` over one or two fields of a kind, or of a signal of one kind."""
    kind = _KINDS_OF.get(kind, (kind,))[0]
    found: dict[str, Any] = {}
    for name in _some(draw, FIELD_VALUES[kind], most=1 + one_in(draw, 4)):
        target = f"{kind}.{name}"
        if target in _NUMBERS:
            low, *_, high = _NUMBERS[target]
            written = _compared(draw, _NUMBERS[target])
            found[name] = f"{low} to {high}" if one_in(draw, 4) else written
            continue
        way = draw(st.integers(0, 2))
        if way == 0:
            found[name] = _word_compared(draw, _WORDS[target])
        elif way == 1:
            found[name] = draw(st.sampled_from(_WORDS[target]))
        else:
            found[name] = _some(draw, [word for word in _WORDS[target] if word not in LISTS])
    return found


def _window(draw: Draw, condition: Condition, kind: str = "", *, fewest: int = 2) -> None:
    """A window, or none; `kind` names the events of `up_to`, or is "" for no `up_to`."""
    way = draw(st.integers(-1, 2))
    if way == 0:
        condition["within"] = draw(LENGTHS)
    elif way > 0:
        condition["last" if way == 1 else "first"] = draw(st.integers(fewest, 5))
    _limits(draw, condition, kind)


def _limits(draw: Draw, condition: Condition, kind: str = "") -> None:
    for option in ("starting", "until"):
        if one_in(draw, 6):
            condition[option] = draw(_STARTING)
    if kind and kind != "heard" and one_in(draw, 7):
        condition["up_to"] = where(draw, kind)
    if one_in(draw, 7):
        condition["on"] = weekdays(draw)


def weekdays(draw: Draw) -> list[str]:
    return _some(draw, WEEKDAYS, most=4)


def _maybe_compared(draw: Draw, condition: Condition) -> bool:
    """Whether the condition compares its value with an earlier one."""
    if one_in(draw, 7):
        condition["compared_with"] = f"{draw(LENGTHS)} before"
    return "compared_with" in condition


def _counted(draw: Draw, head: str) -> Condition:
    kind = draw(_COUNTED)
    condition: Condition = {head: kind}
    if kind != "heard" and draw(st.booleans()):
        condition["where"] = where(draw, kind)
    _window(draw, condition, kind)
    if _maybe_compared(draw, condition):
        return {**condition, **_compared(draw, [-1, 0, 1])}
    # Of the last two events there are never more, nor do six hours touch more than two days.
    few = {"last", "first"} & condition.keys() or (head == "days_with" and "within" in condition)
    return {**condition, **_compared(draw, [1] if few else [1, 2, 3])}


def _streak(draw: Draw, head: str = "streak") -> Condition:
    kind = draw(_COUNTED.filter(lambda kind: kind != "heard"))
    condition: Condition = {head: kind, "where": where(draw, kind)}
    if draw(st.booleans()):
        condition["among"] = where(draw, kind)
    if draw(st.booleans()):
        condition["forgiving"] = where(draw, kind)
    _window(draw, condition, kind)
    if head == "streak" and "last" in condition:
        del condition["last"]
    few = {"last", "first"} & condition.keys()
    return {**condition, **_compared(draw, [1] if few else [1, 2, 3])}


def _share(draw: Draw) -> Condition:
    kind = draw(_COUNTED.filter(lambda kind: kind != "heard"))
    condition: Condition = {"share": kind, "where": where(draw, kind)}
    if draw(st.booleans()):
        of = where(draw, kind)
        # Of two demands on one field it may be that no event fits both, which is refused.
        condition |= {"of": of} if of.keys().isdisjoint(condition["where"]) else {}
    _window(draw, condition, kind)
    if draw(st.booleans()):
        condition["of_at_least"] = draw(st.integers(1, 2))
    if _maybe_compared(draw, condition):
        return {**condition, **_compared(draw, ["-50%", "0%", "33.3%"])}
    compared = _compared(draw, ["50%", "33.3%", "60%", "75%", "2/3"])
    if {"last", "first"} & condition.keys() and not compared.keys() <= {
        "at_least",
        "at_most",
        "more_than",
        "less_than",
    }:
        # Of so few events no share is any of the others.
        compared = dict.fromkeys(compared, ["50%"] if "one_of" in compared else "50%")
    return {**condition, **compared}


def _time_since(draw: Draw) -> Condition:
    if one_in(draw, 3):
        since = draw(st.sampled_from(["enrolled", "discharged"]))
        return {"time_since": since, **_compared(draw, ["1 day", "2 days", "3 days", "1 week"])}
    kind = draw(_COUNTED)
    condition: Condition = {"time_since": kind}
    if kind != "heard" and draw(st.booleans()):
        condition["where"] = where(draw, kind)
    if one_in(draw, 4):
        condition["starting"] = draw(_STARTING)
    return {**condition, draw(_ORDERED): draw(LENGTHS)}


def _sequence(draw: Draw) -> Condition:
    pair: list[Any] = []
    for _ in range(2):
        kind = draw(_COUNTED)
        narrowed = kind != "heard" and draw(st.booleans())
        pair.append({"event": kind, "where": where(draw, kind)} if narrowed else kind)
    condition: Condition = {"sequence": pair}
    # Of the last four events of two kinds there are at most two pairs.
    _window(draw, condition, fewest=4)
    few = {"last", "first"} & condition.keys()
    return {**condition, **_compared(draw, [1] if few else [1, 2])}


def _client(draw: Draw) -> Condition:
    if one_in(draw, 3):
        operator, value = draw(st.sampled_from(["is", "is_not"])), draw(st.booleans())
        return {"client": "has_mentor", operator: value}
    if draw(st.booleans()):
        return {"client": "programme", **_word_compared(draw, ["iop", "aftercare", "early"])}
    if draw(st.booleans()):
        return {"client": "phase", **_compared(draw, [1, 2, 5], _ORDERED)}
    return {
        "client": "phase",
        draw(st.sampled_from(["is", "is_not"])): draw(st.sampled_from(["1", "2"])),
    }


def _latest(draw: Draw) -> Condition:
    target = draw(st.sampled_from([*_NUMBERS, *_WORDS]))
    condition: Condition = {"latest": target}
    if one_in(draw, 3):
        condition["where"] = where(draw, target.split(".")[0])
    maybe(draw, condition, "not_older_than", LENGTHS)
    _limits(draw, condition, target.split(".")[0])
    compared = (
        _compared(draw, _NUMBERS[target])
        if target in _NUMBERS
        else _word_compared(draw, _WORDS[target])
    )
    return {**condition, **compared}


def _statistic(draw: Draw, head: str) -> Condition:
    scored = one_in(draw, 4)
    target = "test.result" if scored else draw(st.sampled_from(list(_NUMBERS)))
    condition: Condition = {head: target, **({"scored": "clean"} if scored else {})}
    if one_in(draw, 3):
        condition["where"] = where(draw, target.split(".")[0])
    _window(draw, condition, target.split(".")[0])
    if _maybe_compared(draw, condition):
        return {**condition, **_compared(draw, [-1, 0, 0.5])}
    if scored:
        return {**condition, **_compared(draw, [0.5, 0.25])}
    return {**condition, **_compared(draw, _NUMBERS[target])}


def _trend(draw: Draw) -> Condition:
    scored = one_in(draw, 4)
    target = "test.result" if scored else draw(st.sampled_from(list(_NUMBERS)))
    condition: Condition = {"trend": target, **({"scored": "clean"} if scored else {})}
    if one_in(draw, 3):
        condition["where"] = where(draw, target.split(".")[0])
    _window(draw, condition, target.split(".")[0])
    return {**condition, **_compared(draw, [-1, 0, 0.5, 2], _ORDERED)}


def _change(draw: Draw) -> Condition:
    target = draw(st.sampled_from(list(_NUMBERS)))
    condition: Condition = {"change": target}
    if one_in(draw, 3):
        condition["where"] = where(draw, target.split(".")[0])
    maybe(draw, condition, "baseline", LENGTHS)
    maybe(draw, condition, "not_older_than", LENGTHS)
    _limits(draw, condition, target.split(".")[0])
    thresholds = [0.08, 0.1] if target == "test.bac" else [-2, 0, 1, 2]
    return {**condition, **_compared(draw, thresholds)}


_ALWAYS_KNOWN = ("count", "days_with", "streak", "longest_streak", "time_since", "sequence")
MEASURES: dict[str, Callable[[Draw], Condition]] = {
    "count": partial(_counted, head="count"),
    "days_with": partial(_counted, head="days_with"),
    "streak": _streak,
    "longest_streak": partial(_streak, head="longest_streak"),
    "time_since": _time_since,
    "sequence": _sequence,
    "client": _client,
    "share": _share,
    "latest": _latest,
    **{
        name: partial(_statistic, head=name)
        for name in ("average", "median", "lowest", "highest", "total")
    },
    "trend": _trend,
    "change": _change,
}


@st.composite
def findings(
    draw: st.DrawFn, known: bool = False, measures: Sequence[str] = tuple(MEASURES)
) -> Condition:
    """One of these measures with options and a comparison; `known`, one that always has a value."""
    condition = MEASURES[draw(st.sampled_from(_ALWAYS_KNOWN if known else measures))](draw)
    if known:
        # Before its start, and before a discharge, the time since is not known.
        condition = {
            **condition,
            **({"time_since": "enrolled"} if condition.get("time_since") == "discharged" else {}),
        }
        if "time_since" in condition:
            condition.pop("starting", None)
    return condition
