"""Checks that the policies in rules exist and suit urgent alerts."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.routing import RoutingSettings, unfit_for_urgent
from engine.rulebook.parsing.reading import nearest
from engine.rulebook.parsing.rule_parser import WrittenRule


def check_routing(written: Iterable[WrittenRule], routing: RoutingSettings) -> None:
    """Note each `notify:` that names no policy, or one unfit for its rule's urgent alerts."""
    for rule in written:
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
