"""What a choice among variants is worth for clients it was not made on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from engine.studies.alert_value import AlertValue
from engine.studies.censoring import Bools, Floats
from engine.studies.variant_choice import VariantSet, choose, choose_best

FOLDS, REPEATS = 5, 10
_SITES = (50, 100, 200, 400, 800)
_DRAWS = 100
_SEED = 1


class CrossValidation(NamedTuple):
    """What a choice is worth for clients it was not made on.

    Attributes:
        value: The figures over all clients, each measured by choices made without them.
        chosen: By variant, how many of the choices it was.
    """

    value: AlertValue
    chosen: dict[int, int]


class CrossValidator:
    """Chooses on four fifths of the clients and measures on the last fifth, ten times over."""

    def __init__(self, among: VariantSet) -> None:
        """Divide the clients; the outcomes are spread alike over the folds."""
        self._among = among
        self._held_out = folds(among.values.has_reached)
        totals = among.values.totals(1 - self._held_out)
        # The number of all clients says what may move, because their choice is to be judged.
        allowed = among.allowed(among.values.outcomes)[:, None]
        self._rate = np.where(allowed, totals.rate, np.nan)
        self._reach = totals.reach

    def of_budget(self, budget: float) -> CrossValidation | None:
        """Measure the choice for a budget; None if in some fold no variant is within it."""
        values = self._among.values
        of_client = np.zeros((values.clients, 6))
        chosen: dict[int, int] = {}
        for fold, out in enumerate(self._held_out.T.astype(bool)):
            rate, reach = self._rate[:, fold], self._reach[:, fold]
            outcomes = float(values.has_reached[~out].sum())
            place = choose(rate, reach, self._among.steps, outcomes, budget)
            if place is None:
                return None
            chosen[place] = chosen.get(place, 0) + 1
            of_client[out] += values.of_client(place)[out] / REPEATS
        return CrossValidation(values.measurement.value_of(of_client), chosen)


def folds(has_reached: Bools) -> Floats:
    """By client and fold (n, folds), 1 if held out."""
    chance = np.random.default_rng(_SEED)
    found = np.zeros((len(has_reached), FOLDS * REPEATS))
    for repeat in range(REPEATS):
        for group in (np.flatnonzero(has_reached), np.flatnonzero(~has_reached)):
            fold = np.arange(len(group)) % FOLDS
            found[chance.permutation(group), repeat * FOLDS + fold] = 1
    return found


class Hope(NamedTuple):
    """What sites of a size believe of their choice, and what they get for other clients.

    Attributes:
        clients: The clients at risk of such a site.
        outcomes: Of these, how many reach the outcome on average.
        believed: The reach on the clients chosen on, averaged over the sites.
        found: The reach on the other clients, averaged.
        found_rate: Their alerts for each month of a client, averaged.
        believed_of_best: The reach of the best variant on the clients chosen on, averaged.
        found_of_best: The reach of that variant on the other clients, averaged.
    """

    clients: int
    outcomes: float
    believed: float
    found: float
    found_rate: float
    believed_of_best: float
    found_of_best: float


def hopes(among: VariantSet, budget: float) -> Iterator[Hope]:
    """Draw sites of several sizes from the clients, let each choose, and measure on the others.

    A size counts if it leaves as many clients to measure on. A site without a variant within the
    budget is left out.
    """
    values = among.values
    for size in _SITES:
        if 2 * size > values.clients:
            return
        chance = np.random.default_rng([_SEED, size])
        inside = np.zeros((values.clients, _DRAWS))
        for draw in range(_DRAWS):
            inside[chance.choice(values.clients, size, replace=False), draw] = 1
        ours, theirs = values.totals(inside), values.totals(1 - inside)
        outcomes = values.has_reached @ inside
        rows = []
        for draw in range(_DRAWS):
            rate, reach = ours.rate[:, draw], ours.reach[:, draw]
            may = np.where(among.allowed(outcomes[draw]), rate, np.nan)
            place = choose(may, reach, among.steps, outcomes[draw], budget)
            top = choose_best(rate, reach, budget)
            if place is not None and top is not None:
                rows.append(
                    (
                        outcomes[draw],
                        reach[place],
                        theirs.reach[place, draw],
                        theirs.rate[place, draw],
                        reach[top],
                        theirs.reach[top, draw],
                    )
                )
        if rows:
            yield Hope(size, *np.mean(rows, axis=0).tolist())
