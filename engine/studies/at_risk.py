"""From when a client could reach an outcome, and until when anybody would have known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.studies.observed_time import FollowUp


class AtRisk(NamedTuple):
    """The time in which one client could reach the outcome.

    Attributes:
        began: From when.
        reached: When the client reached it, never before `began`; None if they did not.
        known_until: The last instant at which the outcome would have been known.
    """

    began: Instant
    reached: Instant | None
    known_until: Instant

    @property
    def ended(self) -> Instant:
        """The end of the time at risk: the outcome, or the last instant that is known."""
        return self.known_until if self.reached is None else self.reached


def at_risk(
    follow_up: FollowUp, since: Instant, outcomes: Sequence[Instant], onset: Duration
) -> AtRisk | None:
    """Find the time at risk of one client.

    It ends where care first ends or pauses, because rules do not apply there.

    Args:
        follow_up: When the client was in care and observed.
        since: The earliest instant at risk.
        outcomes: When spans of the outcome began, ascending.
        onset: How long before its span an outcome began.

    Returns:
        None if the client was never at risk, or the outcome began before they were.
    """
    for place, (began, ended) in enumerate(follow_up.stretches):
        if ended <= since:
            continue
        before, after = follow_up.stretches[:place], follow_up.stretches[place + 1 :]
        in_care = [
            at
            for at in outcomes
            if not (before and at < before[-1][1]) and not (after and at >= after[0][0])
        ]
        start = max(began, since)
        if not in_care:
            return AtRisk(start, None, ended)
        if in_care[0] - onset < start:
            return None
        return AtRisk(start, in_care[0] - onset, max(ended, in_care[0]))
    return None
