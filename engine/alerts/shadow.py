"""Rules in shadow: their alerts are recorded, and nobody is told of them; pure.

`may_notify` in messaging/eligibility refuses to tell of an alert in shadow.
"""

from __future__ import annotations

from engine.alerts.lifecycle import Reason
from engine.model.alert import Alert
from engine.model.rule import Rule


def in_shadow(rule: Rule) -> bool:
    """Return whether a rule is on trial, so that its alerts are only recorded."""
    return rule.status == "shadow"


def crossing(alert: Alert, rule: Rule) -> Reason | None:
    """Return why an alert enters or leaves the shadow with its rule; None if it stays as it is."""
    if alert.shadow == in_shadow(rule):
        return None
    return "rule_goes_live" if alert.shadow else "rule_goes_shadow"
