"""Everything that a search among variants finds out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.studies.alert_value import AlertValue
from engine.studies.calendar_alerts import calendar_value
from engine.studies.cross_validation import CrossValidation, CrossValidator, Hope, hopes
from engine.studies.variant_choice import FEWEST_OUTCOMES, VariantSet, choose
from engine.studies.variant_values import Totals

# Budgets of the front, beside the one that is asked for.
_BUDGETS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


class FrontPoint(NamedTuple):
    """What a budget buys: the choice for it on held-out clients, and a calendar at that rate."""

    budget: float
    value: AlertValue
    calendar: AlertValue


@dataclass(frozen=True, slots=True)
class TuningResult:
    """What a search found.

    Attributes:
        among: The variants.
        budget: The most alerts for each month of a client.
        totals: The figures of every variant (variants, 1) on all clients.
        chosen: The place of the variant that is chosen; None if none is within the budget.
        present: What the shipped numbers are worth.
        believed: What the choice is worth on the clients on which it was made.
        validated: What it is worth on clients on which it was not made.
        calendar: What a calendar at that rate is worth.
        front: What each budget buys.
        hopes: What sites of several sizes believe, and what they get.
        groups: By attribute and value, the clients and what the choice is worth for them.
    """

    among: VariantSet
    budget: float
    totals: Totals
    chosen: int | None
    present: AlertValue
    believed: AlertValue | None
    validated: CrossValidation | None
    calendar: AlertValue | None
    front: tuple[FrontPoint, ...]
    hopes: tuple[Hope, ...]
    groups: dict[tuple[str, str], tuple[int, AlertValue]]

    @property
    def may_move_all(self) -> bool:
        """Whether there are enough outcomes for every number to move."""
        return self.among.values.outcomes >= FEWEST_OUTCOMES


def tune(among: VariantSet, budget: float) -> TuningResult:
    """Choose among variants, and find out what the choice is worth."""
    values = among.values
    totals = values.totals(np.ones((values.clients, 1)))
    rate = np.where(among.allowed(values.outcomes), totals.rate[:, 0], np.nan)
    chosen = choose(rate, totals.reach[:, 0], among.steps, values.outcomes, budget)
    validator = CrossValidator(among) if values.outcomes else None
    validated = validator.of_budget(budget) if validator else None
    return TuningResult(
        among=among,
        budget=budget,
        totals=totals,
        chosen=chosen,
        present=values.value(among.shipped),
        believed=None if chosen is None else values.value(chosen),
        validated=validated,
        calendar=_calendar(among, validated),
        front=tuple(_front(validator, among, budget)) if validator else (),
        hopes=tuple(hopes(among, budget)),
        groups={} if chosen is None else values.by_group(chosen),
    )


def _calendar(among: VariantSet, validated: CrossValidation | None) -> AlertValue | None:
    rate = validated.value.rate.value if validated else None
    return calendar_value(among.values, rate) if rate else None


def _front(validator: CrossValidator, among: VariantSet, budget: float) -> list[FrontPoint]:
    """Return what each budget buys, as far as another budget would choose otherwise."""
    found: list[FrontPoint] = []
    before: CrossValidation | None = None
    for one in sorted({*_BUDGETS, budget}):
        validated = validator.of_budget(one)
        calendar = _calendar(among, validated)
        is_new = before is None or validated is None or validated.chosen != before.chosen
        if validated and calendar and (is_new or one == budget):
            found.append(FrontPoint(one, validated.value, calendar))
        before = validated
    return found
