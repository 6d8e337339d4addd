"""The evidence of an alert: every finding of its rule at an instant, and the ways to clear it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.measures.histories import SHIFT, Histories, one_key
from engine.measures.measure import Finding
from engine.measures.step_functions import truth_at
from engine.model.alert import AlertEvidence, FindingSeen
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


def evidence(
    histories: Histories, when: Condition, client_id: int, as_of: Instant, clears_at: Instant | None
) -> AlertEvidence:
    """Return the findings of a rule for a client of the batch.

    Args:
        histories: The batch, with the ids of its events.
        when: The rule's conditions, free of denials and references.
        client_id: A client of the batch.
        as_of: The instant of the evidence.
        clears_at: When the rule's span ends if no event comes; None if its end is not known.

    Returns:
        Every finding with its value; the first one on a scorecard is followed by each of its items.
    """
    key = (histories.place[client_id] << SHIFT) + as_of
    seen: list[FindingSeen] = []
    true = set()
    scorecards: set[Points] = set()
    for finding in dict.fromkeys(findings(when)):
        measured = finding.measure.seen(histories, key)
        holds = bool(finding.measure.truth(histories, one_key(key), finding.comparison)[0])
        if holds:
            true.add(finding)
        seen.append(
            FindingSeen(
                text=shown_in_words(finding),
                value=value_in_words(finding.measure, measured.value),
                threshold=threshold_in_words(finding),
                truth=holds if measured.value is not None else None,
                events=tuple(histories.ids[list(measured.places)].tolist()),
            )
        )
        if isinstance(finding.measure, Points) and finding.measure not in scorecards:
            scorecards.add(finding.measure)
            seen += _items(finding.measure, histories, key)
    return AlertEvidence(as_of, tuple(seen), clearing_in_words(when, frozenset(true)), clears_at)


def _items(scorecard: Points, histories: Histories, key: int) -> Iterator[FindingSeen]:
    """Yield each item of a scorecard, with the points that it adds as of one key."""
    for points, condition in scorecard.items:
        holds = bool(truth_at(flips_of(condition, histories), one_key(key))[0])
        value, threshold = f"{points if holds else 0} points", f"{points} points if so"
        if isinstance(condition, Finding):
            measured = condition.measure.seen(histories, key).value
            value = f"{value_in_words(condition.measure, measured)}, so {value}"
            threshold = threshold_in_words(condition)
        events = histories.ids[places_behind([condition], histories, key)]
        yield FindingSeen(
            text=item_in_words(points, condition),
            value=value,
            threshold=threshold,
            truth=holds,
            events=tuple(events.tolist()),
        )
