"""The figures of a preview for JSON; a figure without a value is null."""

from __future__ import annotations

from typing import Any

from engine.model.instant import DAY_US, Instant, from_us
from engine.presentation.preview.prediction import measured
from engine.studies.alert_value import AlertValue
from engine.studies.outcome import OutcomeStatistics, Sort
from engine.studies.preview import PreviewResult, RuleSetResult


def summary(preview: PreviewResult) -> dict[str, Any]:
    """Return all figures that the tables and the page show, and the ones that they cut off."""
    query = preview.query
    return {
        "first": _iso(preview.first),
        "last": _iso(preview.last),
        "until": _iso(query.until),
        "outcome": query.outcome,
        "at_risk_from": query.at_risk_from,
        "lead_days": query.lead / DAY_US if query.outcome else None,
        "horizon_days": query.horizon / DAY_US if query.outcome else None,
        "onset_days": query.onset / DAY_US if query.outcome else None,
        "same_kinds": {name: sorted(kinds) for name, kinds in sorted(preview.same_kinds.items())},
        "these_rules": _version(preview, preview.version),
        "against": _version(preview, preview.against) if preview.against else None,
        "differences": _differences(preview) if preview.against else None,
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else from_us(at).isoformat()


def _version(preview: PreviewResult, version: RuleSetResult) -> dict[str, Any]:
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
        "outcome": _outcome(preview, version.outcome) if version.outcome else None,
    }


def _outcome(preview: PreviewResult, outcome: OutcomeStatistics) -> dict[str, Any]:
    sorts = list(measured(preview, outcome))
    return {
        "clients_at_risk": outcome.clients,
        "reached": outcome.reached,
        "never_at_risk": outcome.not_at_risk,
        "client_months_at_risk": outcome.client_months,
        "rules": [_sort(sort) | value_as_plain(outcome.value(sort)) for sort in sorts],
        "groups": [
            _sort(sort)
            | {"attribute": name, "value": value, "clients": clients}
            | value_as_plain(one)
            for sort in sorts
            if outcome.value(sort).is_told
            for (name, value), (clients, one) in outcome.by_group(sort).items()
        ],
    }


def _sort(sort: Sort) -> dict[str, Any]:
    return {"rule": sort.rule, "least_severity": sort.least}


def value_as_plain(one: AlertValue) -> dict[str, Any]:
    """Write the figures of one sort of alert for JSON."""
    by_chance = {
        "reach": one.chance_reach,
        "precision": one.chance_precision,
        "open_at_lead": one.open.value,
        "median_days_before": one.chance_days_before,
    }
    estimates = {
        "alerts_a_client_month": one.rate,
        "reach": one.reach,
        "precision": one.precision,
        "lift": one.lift,
        "open": one.open,
        "open_at_lead": one.open_at_lead,
    }
    return {
        "alerts": one.alerts,
        "are_told": one.is_told,
        "untold": one.untold,
        **{name: found._asdict() for name, found in estimates.items()},
        "median_days_before": one.days_before,
        "by_chance": by_chance,
        "verdict": one.verdict,
    }


def _differences(preview: PreviewResult) -> list[dict[str, Any]]:
    found = preview.difference
    rows = []
    for (change, rule_id), refs in sorted(found.refs.items(), key=lambda item: item[0][::-1]):
        outcome = found.outcomes.get(change)
        value = outcome.value(Sort(rule_id, "low")) if outcome else None
        rows.append(
            {
                "rule": rule_id,
                "change": change,
                "alerts": found.spans[rule_id][change],
                "clients": list(refs),
                "precision": value.precision.value if value else None,
                "chance_precision": value.chance_precision if value else None,
            }
        )
    return rows
