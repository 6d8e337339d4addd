"""Whom a step of a policy reaches."""

from __future__ import annotations

import pytest

from engine.alerts.routing import (
    Turn,
    ends_in_nobody,
    next_step_at,
    take_turn,
    taken_again,
    told_anew,
    wait_after,
)
from engine.model.routing import RoutingStep
from engine.model.staff import Recipient, Role, Staff

POLICY = (
    RoutingStep(to="mentor"),
    RoutingStep(after=30, to="case_manager"),
    RoutingStep(after=90, to="supervisor"),
    RoutingStep(after=200, to="on_call"),
)


def reachable(*roles: Role) -> dict[Role, list[Recipient]]:
    return {role: [recipient(number, role)] for number, role in enumerate(roles)}


def recipient(number: int, role: Role) -> Recipient:
    return Recipient(Staff(number, f"S-{number}", role, "+15550100000", "UTC", None, None))


def test_everybody_in_the_role_of_the_first_step_is_told() -> None:
    both = [recipient(1, "case_manager"), recipient(2, "case_manager")]
    turn = take_turn(POLICY, 1, {"case_manager": both}, "medium")
    assert turn.told == ((1, both[0]), (1, both[1]))


def test_the_next_step_comes_as_long_after_this_one_as_the_policy_says() -> None:
    turn = take_turn(POLICY, 1, reachable("case_manager", "supervisor"), "medium")
    assert (turn.step, turn.after) == (2, 60)


def test_a_step_that_reaches_nobody_gives_way_at_once() -> None:
    turn = take_turn(POLICY, 0, reachable("supervisor"), "high")
    assert [step for step, _ in turn.told] == [2]
    assert turn.passed_over == (0, 1)
    assert (turn.step, turn.after) == (3, 110)


def test_after_the_last_step_none_comes() -> None:
    turn = take_turn(POLICY, 3, reachable("on_call"), "high")
    assert (turn.step, turn.after) == (4, None)


def test_where_nobody_is_left_nobody_is_told() -> None:
    assert take_turn(POLICY, 2, reachable("case_manager"), "high") == Turn((), (2, 3), 4, None)
    assert take_turn(POLICY, 4, reachable("case_manager"), "high") == Turn((), (), 4, None)


def test_a_mentor_may_be_the_only_one_told_where_it_is_not_urgent() -> None:
    turn = take_turn(POLICY, 0, reachable("mentor", "case_manager"), "high")
    assert [step for step, _ in turn.told] == [0]


def test_a_mentor_is_told_of_an_urgent_alert_together_with_the_next_staff_only() -> None:
    turn = take_turn(POLICY, 0, reachable("mentor", "supervisor"), "urgent")
    assert [step for step, _ in turn.told] == [0, 2]
    assert (turn.step, turn.after) == (3, 110)


def test_a_mentor_is_not_told_of_an_urgent_alert_that_reaches_no_staff() -> None:
    assert take_turn(POLICY, 0, reachable("mentor"), "urgent").told == ()


def test_a_policy_ends_in_nobody_where_it_says_so_and_the_alert_is_not_urgent() -> None:
    meant = (RoutingStep.model_validate({"to": "mentor", "else": "nobody"}),)
    assert ends_in_nobody(meant, "high")
    assert not ends_in_nobody(meant, "urgent")
    assert not ends_in_nobody(POLICY, "low")
    assert not ends_in_nobody((), "low")


def test_an_alert_told_again_keeps_the_steps_it_took() -> None:
    fresh = (RoutingStep(to="on_call"),)
    assert told_anew(POLICY, 2, fresh) == ((*POLICY[:2], *fresh), 2)


def test_the_next_step_counts_from_when_the_first_recipient_can_be_reached() -> None:
    assert next_step_at(2, [7, 5]) == 7
    assert next_step_at(None, [5]) is None


@pytest.mark.parametrize(("left", "wait"), [(None, 60), (90, 60), (5, 5), (0, 0), (-30, 0)])
def test_a_step_that_is_taken_again_leaves_the_next_one_its_time(
    left: int | None, wait: int
) -> None:
    turn = take_turn(POLICY, 1, reachable("case_manager"), "high")
    again, step = taken_again(POLICY, 2, 1, turn, left)
    assert again[:2] == POLICY[:2]
    assert [one.to for one in again[step:]] == ["case_manager", "supervisor", "on_call"]
    assert [wait_after(again, each) for each in (step, step + 1)] == [wait, 110]
