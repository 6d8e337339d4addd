"""Whether the policies that rules name are there and reach somebody."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.routing import RoutingSettings
from engine.rulebook.parsing.reading import nearest
from engine.rulebook.parsing.rule_parser import WrittenRule


def check_routing(written: Iterable[WrittenRule], routing: RoutingSettings) -> None:
    """Note each `notify:` that names no policy, or one that would leave an urgent alert to mentors alone."""
    for rule in written:
        if not rule.notify:
            continue
        policy = routing.policies.get(rule.notify)
        if policy is None:
            text = f"there is no routing policy '{rule.notify}' in the configuration"
            rule.reading.mistake(
                rule.nodes["notify"], text + nearest(rule.notify, routing.policies)
            )
        elif "urgent" in {rule.severity, *(to for to, _ in rule.raises)} and all(
            step.to == "mentor" for step in policy
        ):
            text = f"'{rule.notify}' tells mentors alone, and an urgent alert is never left to them; name another policy"
            rule.reading.mistake(rule.nodes["notify"], text)
