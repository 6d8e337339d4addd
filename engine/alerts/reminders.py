"""When people are told again of an unresolved alert, and who they are; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.alerts.routing import take_turn
from engine.model.duration import Duration
from engine.model.instant import DAY_US, HOUR_US
from engine.model.routing import RoutingStep
from engine.model.rule import Rule, Severity
from engine.model.staff import Recipient, Role

# The wait before people are told again, if the rule gives none.
DEFAULT_WAITS: Mapping[Severity, Duration] = {
    "urgent": HOUR_US,
    "high": 12 * HOUR_US,
    "medium": DAY_US,
    "low": 7 * DAY_US,
}


@dataclass(frozen=True, slots=True)
class ReminderWaits:
    """The waits before people are told again, by rule id or else by severity."""

    by_rule: Mapping[str, Duration]
    by_severity: Mapping[Severity, Duration]

    @classmethod
    def of_rules(cls, rules: Mapping[str, Rule]) -> ReminderWaits:
        """Take the waits of the rules that give one; every other alert has the default.

        A rule with `tell_again` asks for quiet, so the default never comes sooner than that.
        """
        waits = {rule.id: rule.remind for rule in rules.values() if rule.remind}
        quiet = {
            rule.id: max(rule.tell_again, DEFAULT_WAITS[rule.severity])
            for rule in rules.values()
            if rule.tell_again
        }
        return cls({**quiet, **waits}, DEFAULT_WAITS)

    def of(self, rule_id: str, severity: Severity) -> Duration:
        """Return the wait of an alert."""
        return self.by_rule.get(rule_id, self.by_severity[severity])


def reminded(
    owner_id: int | None,
    last_told: Mapping[int, int],
    policy: Sequence[RoutingStep],
    told: Mapping[Role, Sequence[Recipient]],
    at_hand: Mapping[int, Recipient],
    severity: Severity,
) -> list[tuple[int, Recipient]]:
    """Choose the people who are told again of an alert: those responsible for it now.

    That is the owner. If nobody took the alert, or the owner cannot be told any more, it is the
    people in the roles that were told last. If these roles reach nobody, the first step that
    reaches anybody is taken.

    Args:
        owner_id: The staff id of the person who took the alert, if any.
        last_told: The policy step that reached each person, by staff id.
        policy: The steps of the alert's policy.
        told: The people who can be told about the client now, by role.
        at_hand: The same people by id; a stand-in counts under the absent person's id.
        severity: The alert's severity.

    Returns:
        Each person with the step that reaches them; empty if nobody can be told.
    """
    if owner_id is not None and owner_id in at_hand:
        return [(last_told.get(owner_id, 0), at_hand[owner_id])]
    again: dict[int, tuple[int, Recipient]] = {}
    for step in sorted({step for step in last_told.values() if step < len(policy)}):
        for recipient in told.get(policy[step].to, ()):
            again.setdefault(recipient.staff.id, (step, recipient))
    # A mentor is never told alone of an urgent alert.
    alone = severity == "urgent" and all(one.alias is not None for _, one in again.values())
    if again and not alone:
        return list(again.values())
    return list(take_turn(policy, 0, told, severity).told)
