"""Whether the outcome follows an instant within the horizon, and how much that answer weighs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.model.duration import Duration
from engine.studies.at_risk import AtRisk

Instants = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]


class Cohort(NamedTuple):
    """The clients at risk as arrays (n,) of instants; `reached` is -1 if a client did not."""

    began: Instants
    reached: Instants
    ended: Instants
    known_until: Instants

    @classmethod
    def of(cls, clients: list[AtRisk]) -> Cohort:
        """Lay the clients out in their order."""
        rows = [
            (one.began, -1 if one.reached is None else one.reached, one.ended, one.known_until)
            for one in clients
        ]
        return cls(*np.array(rows, np.int64).reshape(-1, 4).T)


class Answers(NamedTuple):
    """Of m instants, how much each weighs, and whether the outcome followed.

    Attributes:
        judged: The weight (m,); 0 if nothing is known of what followed.
        followed: The same weight (m,) if the outcome followed within the horizon, else 0.
    """

    judged: Floats
    followed: Floats


def answers(
    cohort: Cohort, client: Places, at: Instants, horizon: Duration, *, known_after: bool
) -> Answers:
    """Say what followed each instant.

    Args:
        cohort: The clients.
        client: By instant (m,), the place of its client.
        at: The instants (m,), within the client's time at risk.
        horizon: Until how long after an instant the outcome follows it.
        known_after: Whether `known_until` is true of clients who reached the outcome, too. Then an
            instant weighs 1 if its whole horizon is known. Otherwise observation may have ended
            with the outcome. Then an instant weighs 1 divided by the probability that its answer is
            known, from the Kaplan-Meier curve of the end of observation.
    """
    end = at + horizon
    reached = cohort.reached[client]
    has_followed = (reached >= 0) & (reached <= end)
    if known_after:
        weight = (end <= cohort.known_until[client]).astype(float)
        return Answers(weight, weight * has_followed)
    answered_at = np.where(has_followed, reached, end)
    is_known = has_followed | (end <= cohort.ended[client])
    began = cohort.began[client]
    observed = _Observed(cohort)
    probability = observed.until(answered_at - began) / observed.until(at - began)
    weight = np.where(is_known, 1 / np.where(is_known, probability, 1), 0)
    return Answers(weight, weight * has_followed)


class _Observed:
    """The Kaplan-Meier curve of how long clients are observed after their time at risk began."""

    def __init__(self, cohort: Cohort) -> None:
        lasted = np.sort(cohort.ended - cohort.began)
        censored = (cohort.ended - cohort.began)[cohort.reached < 0]
        self._times, lost = np.unique(censored, return_counts=True)
        left = len(lasted) - np.searchsorted(lasted, self._times, "left")
        self._share = np.concatenate(([1.0], np.cumprod(1 - lost / left)))

    def until(self, duration: Instants) -> Floats:
        """Return the probability of being observed for at least these durations."""
        found: Floats = self._share[np.searchsorted(self._times, duration, "left")]
        return found
