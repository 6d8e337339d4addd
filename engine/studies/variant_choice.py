"""Which variant to choose among many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.studies.censoring import Bools, Floats
from engine.studies.variant_values import VariantValues

# With fewer outcomes than this only a cut-off moves.
FEWEST_OUTCOMES = 100
# With fewer than this no reach is known well enough to call one variant better than another.
FEWEST_TO_COMPARE = 20


@dataclass(frozen=True, slots=True)
class VariantSet:
    """The variants to choose from.

    Attributes:
        values: What the alerts of each are worth.
        steps: By variant (variants,), how many steps its numbers are away from the shipped ones.
        moves_cut_offs_alone: By variant (variants,), whether only cut-offs of scorecards differ.
        shipped: The place of the variant that the files hold now.
    """

    values: VariantValues
    steps: NDArray[np.intp]
    moves_cut_offs_alone: Bools
    shipped: int

    def allowed(self, outcomes: float) -> Bools:
        """By variant, whether so many outcomes are enough to choose it."""
        if outcomes < FEWEST_OUTCOMES:
            return self.moves_cut_offs_alone
        return np.ones(len(self.steps), bool)


def choose(
    rate: Floats, reach: Floats, steps: NDArray[np.intp], outcomes: float, budget: float
) -> int | None:
    """Choose by the rule of one standard error.

    Of the variants within the budget, those are as good as the best whose reach is at most one
    standard error below its reach. With fewer than 20 outcomes all are. The one nearest to the
    shipped numbers is chosen.

    Args:
        rate: By variant, alerts for each month of a client; NaN for one that is not allowed.
        reach: By variant, the share of outcomes that are reached.
        steps: By variant, how far it is from the shipped numbers.
        outcomes: How many outcomes the reach is a share of.
        budget: The most alerts for each month of a client.

    Returns:
        The place of the variant; None if none is within the budget, or there is no outcome.
    """
    within = rate <= budget
    if not outcomes or not within.any():
        return None
    top = reach[within].max()
    error = np.sqrt(top * (1 - top) / outcomes)
    is_good = within if outcomes < FEWEST_TO_COMPARE else within & (reach >= top - error)
    near = np.flatnonzero(is_good)
    return int(near[np.lexsort((rate[near], -reach[near], steps[near]))[0]])


def choose_best(rate: Floats, reach: Floats, budget: float) -> int | None:
    """Choose the highest reach within the budget, however far from the shipped numbers."""
    within = np.flatnonzero(rate <= budget)
    if not len(within):
        return None
    return int(within[np.lexsort((rate[within], -reach[within]))[0]])
