"""Which changes of an alert's state are allowed."""

from __future__ import annotations

from typing import get_args

import pytest

from engine.alerts.lifecycle import TRANSITIONS, VOID, Reason, TransitionRefusedError, move
from engine.model.alert import AlertState
from tests.alerts.deciding import alert

STATES = get_args(AlertState)


def test_every_state_can_be_reached_and_every_unresolved_one_left() -> None:
    assert {to for _, to in TRANSITIONS} == set(STATES)
    assert {state for state, _ in TRANSITIONS} == {None, *STATES}
    for state in ("open", "acknowledged", "snoozed"):
        assert (state, "resolved") in TRANSITIONS


def test_a_resolved_alert_says_why_and_an_open_one_does_not() -> None:
    resolved = move(alert(0), "resolved", "false_alarm")
    assert (resolved.state, resolved.resolution) == ("resolved", "false_alarm")
    opened = move(alert(0, 5, state="resolved", resolution="cleared"), "open", "holds_after_all")
    assert (opened.state, opened.resolution) == ("open", None)


@pytest.mark.parametrize(
    ("state", "to", "reason"),
    [
        ("resolved", "acknowledged", "taken"),
        ("open", "open", "taken"),
        ("open", "acknowledged", "cleared"),
    ],
)
def test_what_the_table_does_not_list_is_refused(
    state: AlertState, to: AlertState, reason: Reason
) -> None:
    with pytest.raises(TransitionRefusedError, match=f"Alert 1 is {state} and cannot become {to}"):
        move(
            alert(0, state=state, resolution="cleared" if state == "resolved" else None), to, reason
        )


@pytest.mark.parametrize("resolution", ["done", "false_alarm", *sorted(VOID)])
def test_only_what_cleared_by_itself_opens_again(resolution: str) -> None:
    with pytest.raises(TransitionRefusedError):
        move(alert(0, state="resolved", resolution=resolution), "open", "holds_after_all")
