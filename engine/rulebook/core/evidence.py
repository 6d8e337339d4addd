"""The evidence of alerts: every finding of a rule at an instant, and the ways to clear it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from engine.measures.histories import SHIFT, Histories, Keys
from engine.measures.measure import Finding, Measure
from engine.measures.step_functions import truth_at
from engine.measures.window import Places
from engine.model.alert import AlertEvidence, FindingSeen
from engine.model.event import Value
from engine.model.instant import Instant
from engine.rulebook.core.condition_walks import findings
from engine.rulebook.core.conditions import Condition, Points, flips_of, places_behind
from engine.rulebook.english.clearing_text import clearing_in_words
from engine.rulebook.english.finding_text import (
    item_in_words,
    shown_in_words,
    threshold_in_words,
    value_in_words,
)


class EvidenceAt(NamedTuple):
    """One client of a batch and the instant of the evidence.

    `clears_at` is when the rule's span ends if no event comes; None if its end is not known.
    """

    client_id: int
    as_of: Instant
    clears_at: Instant | None = None


def evidence(
    histories: Histories, when: Condition, wanted: Sequence[EvidenceAt]
) -> list[AlertEvidence]:
    """Return the findings of a rule for clients of a batch, computed for all of them at once.

    Args:
        histories: The batch, with the ids of its events.
        when: The rule's conditions, free of denials and references.
        wanted: The clients and instants.

    Returns:
        Every finding with its value; the first one on a scorecard is followed by each of its items.
    """
    keys = np.array([(histories.place[one.client_id] << SHIFT) + one.as_of for one in wanted])
    distinct = list(dict.fromkeys(findings(when)))
    columns: list[list[FindingSeen]] = []
    truths: list[list[bool]] = []
    scorecards = set()
    for finding in distinct:
        measure = finding.measure
        truths.append(measure.truth(histories, keys, finding.comparison).tolist())
        columns.append(_finding(finding, truths[-1], histories, keys))
        if isinstance(measure, Points) and measure not in scorecards:
            scorecards.add(measure)
            columns += _items(measure, histories, keys)
    clears: dict[tuple[bool, ...], str] = {}
    for row in set(zip(*truths, strict=True)):
        true = (finding for finding, holds in zip(distinct, row, strict=True) if holds)
        clears[row] = clearing_in_words(when, frozenset(true))
    return [
        AlertEvidence(one.as_of, seen, clears[row], one.clears_at)
        for one, seen, row in zip(
            wanted, zip(*columns, strict=True), zip(*truths, strict=True), strict=True
        )
    ]


def _finding(
    finding: Finding, truth: Sequence[bool], histories: Histories, keys: Keys
) -> list[FindingSeen]:
    """Return a finding as of each key, where it is true or not; without a value it is neither."""
    text, threshold = shown_in_words(finding), threshold_in_words(finding)
    values = finding.measure.values(histories, keys)
    events = _events(histories, finding.measure.places(histories, keys))
    return [
        FindingSeen(text, said, threshold, None if value is None else holds, of_value)
        for said, value, holds, of_value in zip(
            _in_words(finding.measure, values), values, truth, events, strict=True
        )
    ]


def _items(scorecard: Points, histories: Histories, keys: Keys) -> Iterator[list[FindingSeen]]:
    """Yield each item of a scorecard, with the points that it adds as of each key."""
    for points, condition in scorecard.items:
        truth = truth_at(flips_of(condition, histories), keys).tolist()
        text, threshold = item_in_words(points, condition), f"{points} points if so"
        said = [f"{points if holds else 0} points" for holds in truth]
        if isinstance(condition, Finding):
            values = _in_words(condition.measure, condition.measure.values(histories, keys))
            said = [f"{value}, so {sum_}" for value, sum_ in zip(values, said, strict=True)]
            threshold = threshold_in_words(condition)
        events = _events(histories, places_behind([condition], histories, keys))
        yield [
            FindingSeen(text, value, threshold, holds, of_value)
            for value, holds, of_value in zip(said, truth, events, strict=True)
        ]


def _in_words(measure: Measure, values: Sequence[Value | None]) -> list[str]:
    """Write values of a measure, each distinct one once."""
    # With their types, because True must not equal the number 1 here.
    typed = list(zip(map(type, values), values, strict=True))
    said = {(of, value): value_in_words(measure, value) for of, value in set(typed)}
    return [said[one] for one in typed]


def _events(histories: Histories, places: Sequence[Places]) -> list[tuple[int, ...]]:
    """Return the ids of the events at these places."""
    ids = histories.ids[np.concatenate(places)].tolist()
    bounds = pairwise(accumulate(map(len, places), initial=0))
    return [tuple(ids[low:high]) for low, high in bounds]
