"""The figures of a preview for JSON; a figure without a value is null."""

from __future__ import annotations

from typing import Any

from engine.model.instant import DAY_US, Instant, from_us
from engine.studies.outcome import OutcomeStatistics
from engine.studies.preview import PreviewResult, RuleSetResult


def summary(preview: PreviewResult) -> dict[str, Any]:
    """All that the tables and the page show, and the rest of each."""
    query = preview.query
    return {
        "first": _iso(preview.first),
        "last": _iso(preview.last),
        "until": _iso(query.until),
        "outcome": query.outcome,
        "horizon_days": query.horizon / DAY_US if query.outcome else None,
        "these_rules": _version(preview.version),
        "against": _version(preview.against) if preview.against else None,
        "differences": _differences(preview) if preview.against else None,
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else from_us(at).isoformat()


def _version(version: RuleSetResult) -> dict[str, Any]:
    tally = version.tally
    return {
        "clients": tally.observed_clients,
        "client_months": tally.client_months,
        "pressing_alerts_a_client_month": tally.pressing_per_month,
        "rules": [
            {
                "rule": rule_id,
                "status": one.status,
                "severity": one.severity,
                "alerts": one.alerts,
                "clients": one.clients,
                "texts": one.texts,
                "texts_at_night": one.at_night,
                "reach_nobody": one.reach_nobody,
                "taken_back": one.taken_back,
            }
            for rule_id, one in sorted(tally.rules.items())
        ],
        "recipients": [
            {
                "recipient": ref,
                "role": one.role,
                "texts": one.texts,
                "texts_at_night": one.at_night,
                "by_hour": one.by_hour,
            }
            for ref, one in sorted(tally.recipients.items())
        ],
        "weeks": [
            {
                "week": monday.isoformat(),
                "alerts": dict(tally.weeks.get(monday, {})),
                "texts": tally.texts_by_week[monday],
            }
            for monday in sorted({*tally.weeks, *tally.texts_by_week})
        ],
        "alerting_clients": [
            {
                "client": ref,
                "alerts": dict(one.alerts),
                "texts": one.texts,
                "rules": dict(one.rules),
            }
            for ref, one in sorted(tally.clients.items())
        ],
        "outcome": _outcome(version.outcome) if version.outcome else None,
    }


def _outcome(outcome: OutcomeStatistics) -> dict[str, Any]:
    return {
        "clients": outcome.clients,
        "reached": outcome.reached,
        "reached_before": outcome.reached_before,
        "rules": [
            {
                "rule": rule_id,
                "flagged": one.flagged,
                "flagged_within_horizon": one.flagged_within,
                "median_days_before": one.leads.median if one.leads else None,
                "share_not_followed": one.share_not_followed,
                "followed": one.followed,
                "not_followed": one.not_followed,
                "cut_short": one.cut_short,
                "not_before": one.not_before,
                "alerts_a_client_month": one.alerts / outcome.client_months
                if outcome.followed_for
                else None,
            }
            for rule_id, one in sorted(outcome.rules.items())
        ],
    }


def _differences(preview: PreviewResult) -> list[dict[str, Any]]:
    found = preview.difference
    rows = []
    for (change, rule_id), refs in sorted(found.refs.items(), key=lambda item: item[0][::-1]):
        outcome = found.outcomes.get(change)
        one = outcome.rules.get(rule_id) if outcome else None
        rows.append(
            {
                "rule": rule_id,
                "change": change,
                "alerts": found.spans[rule_id][change],
                "clients": list(refs),
                "followed": one.followed if one else None,
                "not_followed": one.not_followed if one else None,
            }
        )
    return rows
