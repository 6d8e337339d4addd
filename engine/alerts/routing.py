"""The people whom a step of a routing policy reaches, and the time of the next step; pure."""

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
    """The people told now, each with their step; `passed_over` are the steps that reach nobody.

    The alert then stands at `step`. That step comes `after` microseconds from now; None at the
    policy's end.
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
    """Take the first step from `step` on that reaches a person; earlier ones are skipped at once.

    A mentor is never told of an urgent alert alone. The step after it is taken with it, and nobody
    is told if no step reaches staff.

    Args:
        policy: The alert's policy.
        step: The place of the first step to look at, from 0.
        reachable: The people of each role who can be told; mentors under a valid consent only.
        severity: The alert's severity.
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
    """Return whether a policy may reach nobody by intention, so that no admin needs to hear.

    This is never so for an urgent alert.
    """
    return severity != "urgent" and bool(policy) and policy[-1].otherwise is not None


def next_step_at(after: Duration | None, reachable_at: Sequence[Instant]) -> Instant | None:
    """Return when the next step comes, counted from when this one could reach a person.

    Quiet hours therefore do not eat the time that a recipient has to answer.

    Args:
        after: The time between the steps; None at the policy's end.
        reachable_at: For each recipient of this step, the first instant outside their quiet hours.
    """
    return None if after is None else min(reachable_at) + after


def told_anew(
    policy: Sequence[RoutingStep], step: int, fresh: Sequence[RoutingStep]
) -> tuple[tuple[RoutingStep, ...], int]:
    """Return the policy of an alert that is told again, and its next step.

    The steps taken stay before the fresh ones, so that a new message is never mistaken for an old
    one.
    """
    taken = tuple(policy[:step])
    return (*taken, *fresh), len(taken)


def taken_again(
    policy: Sequence[RoutingStep], step: int, first: int, turn: Turn, left: Duration | None
) -> tuple[tuple[RoutingStep, ...], int]:
    """Return the policy of an alert whose steps are taken again, and its next step.

    People who come in place of others get no fresh wait: the step after theirs comes no later than
    it would have come without the change.

    Args:
        policy: The alert's policy.
        step: The alert's next step so far.
        first: The step from which the policy is taken again.
        turn: The turn that begins there.
        left: The time until the next step so far would have come, counted from when the people of
            the turn can be reached; None if no step was ahead.
    """
    sooner = 0 if left is None or turn.after is None else max(0, turn.after - max(0, left))
    later = (each.model_copy(update={"after": each.after - sooner}) for each in policy[turn.step :])
    return told_anew(policy, step, (*policy[first : turn.step], *later))


def step_for_those_left(
    policy: Sequence[RoutingStep],
    last: int,
    reachable: Mapping[Role, Sequence[Recipient]],
    severity: Severity,
) -> int | None:
    """Return the step to take again after the people who were told have left.

    Args:
        policy: The alert's policy.
        last: The last step that told anybody.
        reachable: The people of each role who can be told now.
        severity: The alert's severity.

    Returns:
        The last step, if it or a later one reaches anybody now; else the first step, on the same
        condition; None if neither does.
    """
    return next(
        (step for step in (last, 0) if take_turn(policy, step, reachable, severity).told), None
    )
