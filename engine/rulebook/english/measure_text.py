"""Measures in plain English, without a comparison, and the parts that findings share with them."""

from __future__ import annotations

from engine.measures.comparison import ANY
from engine.measures.counting import Count, DaysWith, Sequence, Share
from engine.measures.elapsed import ClientAttribute, TimeSinceDay, TimeSinceEvent
from engine.measures.field_values import Change, Latest, Scores, Statistic, Trend
from engine.measures.measure import Measure
from engine.measures.streaks import LongestStreak, Streak
from engine.model.assignment_entries import ASSIGNED
from engine.model.duration import write_duration
from engine.rulebook.english import words
from engine.rulebook.english.words import age, looked_at, noun, window, word

STATING = " that state it"
SO_FAR = " so far"


def row_in_words(streak: Streak) -> str:
    """Say which events make a row, and which it forgives."""
    only = f", looking only at {noun(streak.kind, streak.among)}" if streak.among != ANY else ""
    forgiven = (
        f", forgiving one of the {noun(streak.kind, streak.forgiving)} between two that fit"
        if streak.forgiving is not None
        else ""
    )
    return f"{only}{forgiven}{window(streak.window, noun(streak.kind, streak.among))}"


def longest_in_words(streak: Streak) -> str:
    """Write a longest streak: `the longest row of negative tests so far`."""
    return f"the longest row of {noun(streak.kind, streak.where)}{row_in_words(streak) or SO_FAR}"


def plain_measure_in_words(measure: Measure) -> str:
    """Write a measure: `the number of missed check-ins in the last 7 days`."""
    match measure:
        case DaysWith(kind, where, limits):
            return (
                f"the number of days with {noun(kind, where)}{window(limits, noun(kind)) or SO_FAR}"
            )
        case Count(kind, where, limits):
            return f"the number of {noun(kind, where)}{window(limits, noun(kind)) or SO_FAR}"
        case LongestStreak():
            return f"the number of events of {longest_in_words(measure)}"
        case Streak(kind, where):
            return (
                f"the number of {noun(kind, where)} in a row up to the "
                f"latest{row_in_words(measure)}"
            )
        case Sequence(first, second, limits):
            followed = f"{words.one_of(*first)} was followed by {words.one_of(*second)}"
            return f"the number of times that {followed}{window(limits, 'of either')}"
        case Share(kind, where, of, limits, least):
            known = f" (unknown if those are fewer than {least})" if least > 1 else ""
            return (
                f"the percentage of {looked_at(limits, kind, of)}{known} that are "
                f"{noun(kind, where)}"
            )
        case TimeSinceEvent(kind, where):
            return f"the time since the latest {noun(kind, where, one=True)}"
        case TimeSinceDay(since):
            return (
                f"the time since the day of {'enrolment' if since == 'enrolled' else 'discharge'}"
            )
        case ClientAttribute(name) if name in ASSIGNED:
            return f"whether the client has a {word(ASSIGNED[name])}"
        case ClientAttribute(name):
            return f"the client's {word(name)}"
        case _:
            return _field_in_words(measure)


def _field_in_words(measure: Measure) -> str:
    match measure:
        case Latest(kind, field, where, limits):
            return f"the {word(field)} at the latest {noun(kind, where, one=True)}{age(limits)}"
        case Statistic(kind, field, where, limits, scores, name):
            over = looked_at(limits, kind, where, STATING)
            return f"the {name} {word(field)}{scored_in_words(scores)} over {over}"
        case Trend(kind, field, where, limits, scores):
            over = looked_at(limits, kind, where, STATING)
            return f"the trend a day of {word(field)}{scored_in_words(scores)} over {over}"
        case Change(kind, field, where, baseline, limits):
            usual = f"the client's own median of the {write_duration(baseline)} before"
            latest = f"the latest {noun(kind, where, one=True)}{age(limits)}"
            return f"the {word(field)} at {latest}, less {usual}"
        case _:
            raise AssertionError(measure)


def scored_in_words(scores: Scores | None) -> str:
    """Write the scores of words: ` scored clean`."""
    return f" scored {word(scores.name)}" if scores is not None else ""
