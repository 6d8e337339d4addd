"""How many stay how long, by Kaplan and Meier (1958), although some are not watched to the end."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.studies.censoring import Bools, Floats
from engine.studies.intervals import Z_95, wilson
from engine.studies.resampling import Estimate


@dataclass(frozen=True, slots=True)
class StayCurve:
    """The share that stays beyond each time at which clients left.

    Attributes:
        times: (n,) when clients left or were last watched, ascending.
        left: (n,) whether each left then.
        at: (m,) the distinct times at which clients left, ascending.
        share: (m,) the share that stays beyond each.
        spread: (m,) Greenwood's sum up to each, which the interval needs.
    """

    times: Floats
    left: Bools
    at: Floats
    share: Floats
    spread: Floats

    @classmethod
    def of(cls, times: Floats, left: Bools) -> StayCurve:
        """Compute the curve.

        Args:
            times: (n,) when each client left, or was last watched.
            left: (n,) whether they left.
        """
        order = np.argsort(times, kind="stable")
        times, left = times[order], left[order]
        at, gone = np.unique(times[left], return_counts=True)
        watched = len(times) - times.searchsorted(at, "left")
        share: Floats = np.cumprod(1 - gone / watched, dtype=float)
        with np.errstate(divide="ignore"):
            spread: Floats = np.cumsum(gone / (watched * (watched - gone)), dtype=float)
        return cls(times, left, at, share, spread)

    def watched(self, at: float) -> int:
        """Return how many had neither left nor been lost from sight before a time."""
        return int(len(self.times) - self.times.searchsorted(at, "left"))

    def gone(self, at: float) -> int:
        """Return how many had left by a time."""
        return int(np.count_nonzero(self.left[: self.times.searchsorted(at, "right")]))

    def stays(self, at: float) -> Estimate:
        """Return the share that stays beyond a time, with its log-log interval.

        That interval does not exist if all stay or none does; Wilson's takes its place then.
        """
        place = int(self.at.searchsorted(at, "right")) - 1
        share = 1.0 if place < 0 else float(self.share[place])
        if not 0 < share < 1:
            among = self.watched(at) if share else len(self.times)
            return wilson(round(share * among), among)
        off = Z_95 * math.sqrt(self.spread[place]) / math.log(share)
        low, high = sorted((share ** math.exp(off), share ** math.exp(-off)))
        return Estimate(share, low, high)
