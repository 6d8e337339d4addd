"""Whom a step of a routing policy reaches, and when the next one comes; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.routing import RoutingStep
from engine.model.rule import Severity
from engine.model.staff import Recipient, Role


@dataclass(frozen=True, slots=True)
class Turn:
    """The people told now, each with their step; `passed_over` are steps that reach nobody.

    The alert then stands at `step`, which comes `after` microseconds from now; None where the
    policy is at its end.
    """

    told: tuple[tuple[int, Recipient], ...]
    passed_over: tuple[int, ...]
    step: int
    after: Duration | None


def take_turn(
    policy: Sequence[RoutingStep],
    step: int,
    reachable: Mapping[Role, Sequence[Recipient]],
    severity: Severity,
) -> Turn:
    """Take the first step from `step` on that reaches a person; earlier ones give way at once.

    `reachable` are those of each role who can receive, mentors under a valid consent only. A mentor
    is never told of an urgent alert alone: the step after it is taken with it, and where no step
    reaches staff nobody is told.
    """
    told: list[tuple[int, Recipient]] = []
    passed_over = []
    for place in range(step, len(policy)):
        recipients = reachable.get(policy[place].to, ())
        told += [(place, recipient) for recipient in recipients]
        if not recipients:
            passed_over.append(place)
        elif severity != "urgent" or policy[place].to != "mentor":
            return Turn(tuple(told), tuple(passed_over), place + 1, wait_after(policy, place))
    return Turn((), tuple(range(step, len(policy))), len(policy), None)


def wait_after(policy: Sequence[RoutingStep], step: int) -> Duration | None:
    """Return how long an alert waits for an answer to a step until the next step is taken.

    Args:
        policy: The alert's policy.
        step: The place of a step in the policy, from 0.

    Returns:
        The time between the two steps in microseconds; 0 where a policy was told again and its
        fresh steps begin earlier; None after the last step.
    """
    if step + 1 >= len(policy):
        return None
    return max(0, policy[step + 1].after - policy[step].after)


def ends_in_nobody(policy: Sequence[RoutingStep], severity: Severity) -> bool:
    """Return whether it is meant, and no concern of the admins, that a policy reaches nobody.

    It never is of an urgent alert.
    """
    return severity != "urgent" and bool(policy) and policy[-1].otherwise is not None


def next_step_at(after: Duration | None, reachable_at: Sequence[Instant]) -> Instant | None:
    """Return when the next step comes, counted from when this one could reach a person.

    So quiet hours do not eat the time that a recipient has to answer.

    Args:
        after: The time between the steps in microseconds; None at the policy's end.
        reachable_at: For each recipient of this step, when their quiet hours let its text pass.
    """
    return None if after is None else min(reachable_at) + after


def told_anew(
    policy: Sequence[RoutingStep], step: int, fresh: Sequence[RoutingStep]
) -> tuple[tuple[RoutingStep, ...], int]:
    """Return the policy of an alert that is told again, and the step at which it then stands.

    The steps taken stay before the fresh ones, so that a new message is never mistaken for an old
    one.
    """
    taken = tuple(policy[:step])
    return (*taken, *fresh), len(taken)


def step_for_those_left(
    policy: Sequence[RoutingStep],
    last: int,
    reachable: Mapping[Role, Sequence[Recipient]],
    severity: Severity,
) -> int | None:
    """Return the step to take again where the people who were told are gone.

    Args:
        policy: The alert's.
        last: The last step that told anybody.
        reachable: Those of each role who can receive now.
        severity: The alert's.

    Returns:
        The last step, if it or one after it reaches anybody now; else the first one, on the same
        condition; None if nobody is there.
    """
    return next(
        (step for step in (last, 0) if take_turn(policy, step, reachable, severity).told), None
    )
