"""Intervals by the bootstrap: clients are drawn again, because one client's alerts are alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.studies.censoring import Bools, Floats

DRAWS = 400
_SEED = 1
_AT_ONCE = 50  # draws, so that memory stays small


class Estimate(NamedTuple):
    """A figure with its 95 % interval; None where it cannot be known."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Resamples:
    """The same draws of clients for every figure, and the same in every run."""

    def __init__(self, clients: int) -> None:
        """Draw the clients with replacement, as often as there are clients, DRAWS times."""
        chance = np.random.default_rng(_SEED)
        self._times: NDArray[np.uint16] = np.zeros((DRAWS, clients), np.uint16)
        for draw in self._times if clients else ():
            draw[:] = np.bincount(chance.integers(0, clients, clients), minlength=clients)

    def sums(self, columns: Floats, among: Bools) -> Floats:
        """Sum numbers of some clients over each draw.

        Args:
            columns: A row for each of these clients (m, k).
            among: By client (n,), whether they are one of these.

        Returns:
            A row for each draw (DRAWS, k).
        """
        parts = np.array_split(self._times[:, among], DRAWS // _AT_ONCE)
        return np.concatenate([part.astype(float) @ columns for part in parts])


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with 0 where nothing stands below."""
    return np.divide(above, below, out=np.zeros_like(above, float), where=below > 0)


def estimate(value: float | None, drawn: Floats) -> Estimate:
    """Return the figure with the middle 95 % of its draws."""
    if value is None:
        return Estimate(None)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(value, float(low), float(high))
