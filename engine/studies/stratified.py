"""Differences of shares within strata, pooled by Mantel and Haenszel; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from engine.studies.intervals import Z_95
from engine.studies.resampling import Estimate


class Stratum(NamedTuple):
    """Clients who are alike in some respects: with and without a service.

    Attributes:
        with_good: Those with the service whose outcome was good.
        with_all: All with the service.
        without_good: Those without it whose outcome was good.
        without_all: All without it.
    """

    with_good: int
    with_all: int
    without_good: int
    without_all: int


def pooled_difference(strata: Iterable[Stratum]) -> Estimate:
    """Return the share of good outcomes with a service less the share without, within strata.

    The variance is that of Greenland and Robins (1985). A stratum in which all or none had the
    service compares nothing and does not count.
    """
    total = weight = spread = 0.0
    for a, n1, b, n0 in strata:
        if not n1 or not n0:
            continue
        n = n1 + n0
        total += (a * n0 - b * n1) / n
        weight += n1 * n0 / n
        spread += (a * (n1 - a) * n0**3 + b * (n0 - b) * n1**3) / (n1 * n0 * n**2)
    if not weight:
        return Estimate(None)
    half = Z_95 * math.sqrt(spread) / weight
    return Estimate(total / weight, total / weight - half, total / weight + half)
