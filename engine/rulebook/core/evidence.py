"""The evidence behind a conclusion: every finding of a rule as of one instant, and what would clear it."""

from __future__ import annotations

from engine.measures.histories import SHIFT, Histories, one_key
from engine.measures.measure import Finding
from engine.model.alert import AlertEvidence, FindingSeen
from engine.model.instant import Instant
from engine.rulebook.core.conditions import Condition, findings
from engine.rulebook.english.finding_text import (
    clearing_in_words,
    finding_in_words,
    threshold_in_words,
    value_in_words,
)


def evidence(
    histories: Histories, when: Condition, client_id: int, as_of: Instant, clears_at: Instant | None
) -> AlertEvidence:
    """What the rule saw of a client of the batch at `as_of` (microseconds since 1970)."""
    key = (histories.place[client_id] << SHIFT) + as_of
    distinct = list(dict.fromkeys(findings(when)))
    truths = {finding: _true(histories, finding, key) for finding in distinct}
    seen = []
    for finding in distinct:
        measured = finding.measure.seen(histories, key)
        seen.append(
            FindingSeen(
                text=finding_in_words(finding),
                value=value_in_words(finding.measure, measured.value),
                threshold=threshold_in_words(finding),
                truth=truths[finding] if measured.value is not None else None,
                events=tuple(histories.ids[list(measured.places)].tolist()),
            )
        )
    true = frozenset(finding for finding, truth in truths.items() if truth)
    return AlertEvidence(as_of, tuple(seen), clearing_in_words(when, true), clears_at)


def _true(histories: Histories, finding: Finding, key: int) -> bool:
    return bool(finding.measure.truth(histories, one_key(key), finding.comparison)[0])
