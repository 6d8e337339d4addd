"""Why a rule held for a client at an instant, or why it did not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.evaluation.caseload import histories
from engine.flows.operations.explained_findings import explained_findings
from engine.measures.histories import SHIFT, Histories, one_key
from engine.measures.step_functions import in_care, truth_at
from engine.model.instant import Instant, from_us
from engine.model.local_time import zone_at
from engine.model.rule_explanation import RuleAtInstant, RuleState
from engine.model.spans import Span
from engine.rulebook.core.evidence import EvidenceAt
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import alert_records
from engine.store.people import client_merges, named_clients


def explain_rule(
    conn: Connection, rulebook: Rulebook, client_ref: str, rule_id: str, at: Instant, now: Instant
) -> RuleAtInstant:
    """Find what a rule saw of a client at an instant, by the events that are known today.

    Args:
        conn: A connection to read from.
        rulebook: The rules.
        client_ref: The client.
        rule_id: A rule of the rulebook.
        at: The instant, past or present.
        now: The present instant.

    Raises:
        UserError: There is no such client, or the instant lies ahead.
    """
    known = named_clients.find(conn, client_ref)
    if at > now:
        raise UserError("The instant lies ahead, and nobody knows the events until then.")
    past = histories(conn, [known.id], now)
    only = rulebook.only([rule_id])
    state, span = _state(past, only, known.id, rule_id, at)
    ended = span.ended if span else None
    (seen,) = only.evidence(past, rule_id, [EvidenceAt(known.id, at, ended)])
    zone = ZoneInfo(zone_at(known.zones, at))
    event_ids = {event_id for finding in seen.findings for event_id in finding.events}
    events = alert_records.events_as_of(conn, event_ids, now)
    rule = rulebook.rules[rule_id]
    merged_into, merged = client_merges.refs_of_same(conn, known.id)
    return RuleAtInstant(
        client=client_ref,
        rule=rule_id,
        title=rule.title,
        status=rule.status,
        at=_local(at, zone),
        state=state,
        began=_local(span.began, zone) if span else None,
        ended=None if ended is None else _local(ended, zone),
        findings=explained_findings(seen.findings, events, known.zones),
        merged_into=merged_into,
        merged=merged,
    )


def _state(
    past: Histories, rulebook: Rulebook, client_id: int, rule_id: str, at: Instant
) -> tuple[RuleState, Span | None]:
    """Return whether the rule held, or the obstacle; and the span if it held."""
    for span in rulebook.replay(past):
        if span.began <= at and (span.ended is None or at < span.ended):
            return RuleState.HELD, span
    key = one_key((past.place[client_id] << SHIFT) + at)
    if not truth_at(in_care(past), key)[0]:
        return RuleState.NOT_IN_CARE, None
    instants, concluded = rulebook.conclusions(past)
    place = int(instants.searchsorted(key, "right")[0]) - 1
    column = list(rulebook.trees).index(rule_id)
    met = place >= 0 and bool(concluded[place, column])
    return (RuleState.HOLD_NOT_OVER if met else RuleState.NOT_MET), None


def _local(us: Instant, zone: ZoneInfo) -> datetime:
    return from_us(us).astimezone(zone)
