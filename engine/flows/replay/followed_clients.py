"""Who was in care and at risk in a replay, when, and with which attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.measures.histories import SHIFT, Histories
from engine.measures.step_functions import in_care
from engine.model.assignment_entries import ASSIGNED
from engine.model.client import RECORD_WORDS, Client
from engine.model.instant import Instant
from engine.model.spans import Span
from engine.studies.at_risk import AtRisk, at_risk
from engine.studies.observed_time import FollowUp
from engine.studies.preview import PreviewQuery


def at_risk_of(
    query: PreviewQuery, client: Client, follow_up: FollowUp, spans: Sequence[Span]
) -> AtRisk | None:
    """Return when the client could reach the outcome, by the cohort or by the rules."""
    if query.outcome is None:
        return None
    if query.cohort is not None:
        return query.cohort.get(client.ref)
    outcomes = _began(query, spans, query.outcome)
    since = query.since
    if query.at_risk_from is not None:
        began = _began(query, spans, query.at_risk_from)
        if not began:
            return None
        since = max(since, began[0])
        outcomes = [at for at in outcomes if at >= began[0]]
    return at_risk(follow_up, since, outcomes, query.onset)


def _began(query: PreviewQuery, spans: Sequence[Span], rule_id: str) -> list[Instant]:
    """Return when the client's spans of a rule began, before the period or in it, ascending."""
    return sorted(
        span.began for span in spans if span.rule_id == rule_id and span.began < query.until
    )


def known_by(spans: Sequence[Span], until: Instant) -> list[Span]:
    """Return the spans as they are known at an instant."""
    return [
        span._replace(
            ended=None if span.ended is None or span.ended > until else span.ended,
            raises=tuple(one for one in span.raises if one.at < until),
        )
        for span in spans
        if span.began < until
    ]


def attributes(client: Client, at_risk: AtRisk | None) -> Mapping[str, str]:
    """Return the client's attributes as their time at risk began."""
    found: dict[str, str] = {}
    if at_risk is None:
        return found
    for at, entry, value in client.record:
        if at <= at_risk.began and entry not in RECORD_WORDS and entry not in ASSIGNED:
            found.pop(entry, None)
            if value is not None:
                found[entry] = value
    return found


def follow_ups(histories: Histories, since: Instant, until: Instant) -> list[FollowUp]:
    """For each client of the batch in order, when they were in care and observed."""
    found: list[list[tuple[Instant, Instant]]] = [[] for _ in histories.clients]
    bases = histories.bases
    newest = np.searchsorted(histories.key, bases + until) - 1
    last = (
        np.where(newest >= 0, histories.key[newest] - bases, -1)
        if len(histories.key)
        else np.full(len(bases), -1)
    )
    care = in_care(histories)
    for began, ended in zip(care[::2].tolist(), care[1::2].tolist(), strict=True):
        owner = began >> SHIFT
        base = int(bases[owner])
        stretch = max(began - base, since), min(ended - base, int(last[owner]))
        if stretch[0] < stretch[1]:
            found[owner].append(stretch)
    return [FollowUp(tuple(stretches)) for stretches in found]
