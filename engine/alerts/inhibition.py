"""Inhibition: while one alert is unresolved, nobody is told of another one; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from engine.model.alert import Alert
from engine.model.rule import SEVERITIES, Rule


def quieted(
    alerts: Sequence[Alert], rules: Mapping[str, Rule], muted: Collection[int] = ()
) -> dict[int, int]:
    """Return a client's inhibited alerts: by id, the id of the oldest alert that inhibits each.

    Only an alert that people are told of inhibits, so no `muted` one (by its id), and never a more
    severe one. If alerts would inhibit each other in a circle, the oldest one notifies. Every
    inhibited alert therefore leads to one that is not.
    """
    speaking = sorted((alert for alert in alerts if _speaks(alert)), key=lambda alert: alert.id)
    chosen: dict[int, int] = {}
    for alert in speaking:
        loud = (other for other in speaking if other.id not in muted)
        quieters = [other.id for other in loud if _quiets(other, alert, rules)]
        if quieters:
            chosen[alert.id] = quieters[0]
    return {quiet: loud for quiet, loud in chosen.items() if not _oldest_of_circle(quiet, chosen)}


def _speaks(alert: Alert) -> bool:
    return alert.state != "resolved" and not (alert.shadow or alert.historic or alert.in_doubt)


def _quiets(one: Alert, other: Alert, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(one.rule_id)
    if rule is None or other.rule_id not in rule.quiets:
        return False
    return SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity)


def _oldest_of_circle(alert_id: int, chosen: Mapping[int, int]) -> bool:
    passed: list[int] = []
    at: int | None = alert_id
    while at is not None and at not in passed:
        passed.append(at)
        at = chosen.get(at)
    return at == alert_id and alert_id == min(passed)
