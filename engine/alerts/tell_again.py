"""When people may be told of the same rule and client again; pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.alerts.lifecycle import VOID
from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Rule, Severity

Telling = tuple[Instant, Severity]  # when people were told, and how severe the alert was then


def told_until(rule: Rule, severity: Severity, told: Iterable[Telling]) -> Instant | None:
    """Return the instant until which nobody is told again of a rule and client.

    Args:
        rule: The rule, with its `tell_again`.
        severity: The severity of the next telling. A higher one than before is told at once.
        told: The earlier tellings of this rule and client, each with the severity then.

    Returns:
        The instant from which on people may be told; None if they may be told now.
    """
    if rule.tell_again is None:
        return None
    at_least_as_severe = [
        at for at, before in told if SEVERITIES.index(before) <= SEVERITIES.index(severity)
    ]
    return max(at_least_as_severe) + rule.tell_again if at_least_as_severe else None


def tellings_of(alerts: Iterable[Alert], rule_id: str) -> list[Telling]:
    """Return when people were told of one rule by a client's alerts; void alerts do not count."""
    return [
        (alert.notified_at, alert.severity)
        for alert in alerts
        if alert.rule_id == rule_id
        and alert.notified_at is not None
        and alert.resolution not in VOID
    ]


def told_recently(
    rule: Rule | None, severity: Severity, alerts: Iterable[Alert], now: Instant
) -> bool:
    """Return whether people were told of this rule too recently to be told again."""
    if rule is None:
        return False
    until = told_until(rule, severity, tellings_of(alerts, rule.id))
    return until is not None and until > now


def is_due(rule: Rule, alert: Alert, told: Iterable[Telling], now: Instant) -> bool:
    """Return whether people must hear again of an open alert, by its rule's `tell_again`.

    There are two cases. The time since people were last told has gone by. Or their earlier telling
    was of an alert that turned out to be void, and nobody was ever told of this one.
    """
    silent = alert.shadow or alert.historic or alert.in_doubt or alert.inhibited_by is not None
    if rule.tell_again is None or alert.state != "open" or silent:
        return False
    until = told_until(rule, alert.severity, told)
    return alert.notified_at is None if until is None else until <= now
