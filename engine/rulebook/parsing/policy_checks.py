"""Checks that the policies in rules exist and suit urgent alerts."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.duration import write_duration
from engine.model.routing import RoutingSettings, unfit_for_urgent
from engine.model.rule import Severity
from engine.rulebook.parsing.reading import nearest
from engine.rulebook.parsing.rule_parser import WrittenRule


def check_routing(written: Iterable[WrittenRule], routing: RoutingSettings) -> None:
    """Note each `notify:` that names no policy or an unfit one, and supporters who hear first."""
    for rule in written:
        _check_supporters(rule, routing)
        if not rule.notify:
            continue
        policy = routing.policies.get(rule.notify)
        if policy is None:
            text = f"there is no routing policy '{rule.notify}' in the configuration"
            rule.reading.mistake(
                rule.nodes["notify"], text + nearest(rule.notify, routing.policies)
            )
        elif "urgent" in {rule.severity, *(to for to, _ in rule.raises)}:
            unfit = unfit_for_urgent(policy)
            if unfit:
                text = (
                    f"'{rule.notify}' {unfit}, and an urgent alert must reach staff; name another "
                    "policy"
                )
                rule.reading.mistake(rule.nodes["notify"], text)


def _check_supporters(rule: WrittenRule, routing: RoutingSettings) -> None:
    """Note a rule by which supporters would hear of a missed contact before the staff do."""
    news = rule.tell_supporters
    if news is None or news.of != "missed_contact":
        return
    severities: list[Severity] = [rule.severity, *(to for to, _ in rule.raises)]
    for severity in severities:
        policy = routing.policy(severity, rule.notify)
        staff = next((step.after for step in policy if step.to != "mentor"), None)
        if staff is None:
            text = "the policy tells mentors alone, and supporters never hear before the staff"
        elif staff > news.after:
            hours = write_duration(staff)
            text = f"the staff are told after {hours}; write 'after: {hours}' or more, because "
            text += "supporters never hear before them"
        else:
            continue
        rule.reading.mistake(rule.nodes["tell_supporters"], text)
        return
