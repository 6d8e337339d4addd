"""A rule names a policy that exists, and leaves no urgent alert to mentors alone or to nobody."""

from __future__ import annotations

import pytest

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import HOUR_US
from engine.model.routing import RoutingSettings, RoutingStep
from engine.rulebook.parsing.load import from_texts

PEERS = (RoutingStep(to="mentor"),)
PEER_FIRST = (*PEERS, RoutingStep(after=HOUR_US, to="supervisor"))
ENDING = (RoutingStep.model_validate({"to": "case_manager", "else": "nobody"}),)
ROUTING = RoutingSettings(policies={"peers": PEERS, "peer_first": PEER_FIRST, "ending": ENDING})
RULE = """\
format: 1
rules:
  - id: missed
    title: Missed
    status: draft
    severity: {severity}
    when: {{count: check_in, where: {{status: missed}}, within: 7 days, at_least: 2}}
    {raised}
    notify: {notify}
"""
RAISED = "raise: {to: urgent, when: {time_since: discharged, at_most: 28 days}}"


def mistakes(notify: str, severity: str = "medium", raised: str = "hold: 1 hour") -> list[str]:
    text = RULE.format(notify=notify, severity=severity, raised=raised)
    try:
        from_texts({"rules.yaml": text}, BUILT_IN, routing=ROUTING)
    except MistakesError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def test_a_policy_that_does_not_exist_is_a_mistake_with_the_nearest_name() -> None:
    (found,) = mistakes("peer_frist")
    assert "there is no routing policy 'peer_frist'" in found
    assert "did you mean 'peer_first'?" in found


@pytest.mark.parametrize(
    ("severity", "raised", "refused"),
    [("medium", "hold: 1 hour", 0), ("urgent", "hold: 1 hour", 1), ("medium", RAISED, 1)],
)
def test_only_a_rule_that_never_is_urgent_may_tell_mentors_alone_or_end_in_nobody(
    severity: str, raised: str, refused: int
) -> None:
    assert len(mistakes("peers", severity, raised)) == refused
    assert len(mistakes("ending", severity, raised)) == refused
    assert mistakes("peer_first", severity, raised) == []
