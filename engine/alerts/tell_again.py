"""When people may be told of the same rule and client again; pure."""

from __future__ import annotations

from collections.abc import Iterable

from engine.alerts.lifecycle import VOID
from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Rule, Severity

Telling = tuple[Instant, Severity]  # when people were told, and how severe the alert was then


def told_until(rule: Rule, severity: Severity, told: Iterable[Telling]) -> Instant | None:
    """Find until when nobody is told again of a rule and client.

    Args:
        rule: The rule, with the time that its `tell_again` asks for.
        severity: That of which people would be told. What is more severe than before is told at
            once.
        told: When people were told of this rule and client before, each with the severity then.

    Returns:
        The instant from which on people may be told; None if they may be told now or any time.
    """
    if rule.tell_again is None:
        return None
    at_least_as_severe = [
        at for at, before in told if SEVERITIES.index(before) <= SEVERITIES.index(severity)
    ]
    return max(at_least_as_severe) + rule.tell_again if at_least_as_severe else None


def tellings_of(alerts: Iterable[Alert], rule_id: str) -> list[Telling]:
    """When people were told of one rule by a client's alerts; void alerts do not count."""
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
    """Whether people were told of this rule by a client's alerts too recently to be told again."""
    if rule is None:
        return False
    until = told_until(rule, severity, tellings_of(alerts, rule.id))
    return until is not None and until > now


def is_due(rule: Rule, alert: Alert, told: Iterable[Telling], now: Instant) -> bool:
    """Return whether people must hear again of an open alert, by its rule's `tell_again`.

    That is so if the time since they were last told has gone by, or if what they were told of
    earlier turned out to be void and they were never told of this alert.
    """
    silent = alert.shadow or alert.historic or alert.in_doubt or alert.inhibited_by is not None
    if rule.tell_again is None or alert.state != "open" or silent:
        return False
    until = told_until(rule, alert.severity, told)
    return alert.notified_at is None if until is None else until <= now
