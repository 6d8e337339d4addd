"""Choosing among variants: one standard error, nearest to the shipped numbers, and held out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.instant import DAY_US
from engine.studies.at_risk import AtRisk
from engine.studies.calendar_alerts import calendar_value
from engine.studies.cross_validation import FOLDS, REPEATS, CrossValidator, folds, hopes
from engine.studies.observed_time import MONTH_US
from engine.studies.outcome import CountedAlerts
from engine.studies.tuning import tune
from engine.studies.variant_choice import VariantSet, choose, choose_best
from engine.studies.variant_values import VariantValues

TIMES = (7 * DAY_US, 30 * DAY_US)


def chosen(
    *variants: tuple[float, float, int], outcomes: int = 100, budget: float = 1
) -> int | None:
    """Choose among variants of a rate, a reach and steps from the shipped numbers."""
    rate, reach, steps = (np.array(column) for column in zip(*variants, strict=True))
    return choose(rate.astype(float), reach.astype(float), steps, outcomes, budget)


def test_the_nearest_variant_within_one_standard_error_of_the_best_is_chosen() -> None:
    # The standard error of 0.8 over 100 outcomes is 0.04.
    assert chosen((1, 0.77, 0), (1, 0.8, 5)) == 0
    assert chosen((1, 0.75, 0), (1, 0.8, 5), (1, 0.77, 3)) == 2
    assert chosen((1, 0.75, 0), (1, 0.8, 5), (1, 0.77, 3), outcomes=50) == 0


def test_with_fewer_than_twenty_outcomes_no_variant_is_better_than_the_nearest() -> None:
    assert chosen((1, 0, 0), (1, 1, 5), outcomes=19) == 0
    assert chosen((1, 0, 0), (1, 1, 5), outcomes=20) == 1
    assert chosen((2, 0, 0), (1, 1, 5), outcomes=1) == 1


def test_a_variant_beyond_the_budget_is_never_chosen() -> None:
    assert chosen((1.1, 0.9, 0), (0.9, 0.3, 9)) == 1
    assert chosen((1.1, 0.9, 0)) is None
    assert chosen((0.9, 0.9, 0), outcomes=0) is None


def test_of_equally_near_variants_the_one_that_reaches_most_for_least_is_chosen() -> None:
    assert chosen((1, 0.8, 1), (0.9, 0.8, 1), (1, 0.79, 1)) == 1


def variant_set(clients: int, told: list[list[list[float]]], seed: int = 0) -> VariantSet:
    """Clients at risk for 60 days, every other one with an outcome at its end; days by variant."""
    risks = [AtRisk(0, 60 * DAY_US if one % 2 else None, 120 * DAY_US) for one in range(clients)]
    entries, entry = [], []
    for days in told:
        row = []
        for client in range(clients):
            at = [round(day * DAY_US) for day in days[client]]
            row.append(len(entries))
            entries.append((client, CountedAlerts(at, [], 0, False)))
        entry.append(row)
    values = VariantValues(
        risks, [{} for _ in risks], entries, np.array(entry), TIMES, known_after=True
    )
    steps = np.arange(len(told))
    return VariantSet(values, steps, steps < 2, 0)


def random_set(clients: int, variants: int) -> VariantSet:
    """Variants whose alerts know nothing: one for each client, on any day."""
    chance = np.random.default_rng(7)
    told = [[[day] for day in chance.uniform(0, 60, clients).tolist()] for _ in range(variants)]
    return variant_set(clients, told)


def test_the_figures_of_all_variants_are_those_of_each() -> None:
    among = random_set(20, 3)
    totals = among.values.totals(np.ones((20, 1)))
    for variant in range(3):
        value = among.values.value(variant)
        assert totals.rate[variant, 0] == pytest.approx(value.rate.value)
        assert totals.reach[variant, 0] == pytest.approx(value.reach.value)
        assert totals.precision[variant, 0] == pytest.approx(value.precision.value)


@pytest.mark.slow
def test_the_best_of_many_variants_that_know_nothing_is_worth_nothing_on_other_clients() -> None:
    """And the search says so, also to a small site."""
    among = random_set(400, 200)
    found = tune(among, 1)
    totals = among.values.totals(np.ones((400, 1)))
    best = choose_best(totals.rate[:, 0], totals.reach[:, 0], 1)
    assert best is not None
    assert found.validated is not None
    chance = found.present.chance_reach
    assert chance is not None
    assert totals.reach[best, 0] > 0.44
    assert found.validated.value.reach.value == pytest.approx(23 / 60, abs=0.05)
    small = found.hopes[0]
    assert small.believed_of_best > small.found_of_best + 0.2


def test_a_variant_that_knows_the_outcome_is_chosen_on_every_fold() -> None:
    knowing = [[45.0] if client % 2 else [] for client in range(300)]
    late = [[55.0] for _ in range(300)]
    among = variant_set(300, [late, late, knowing])
    found = CrossValidator(among).of_budget(1)
    assert found is not None
    assert found.chosen == {2: 50}
    assert found.value.reach.value == pytest.approx(1)


def test_with_few_outcomes_only_a_cut_off_moves() -> None:
    knowing = [[45.0] if client % 2 else [] for client in range(60)]
    late = [[55.0] for _ in range(60)]
    found = tune(variant_set(60, [late, late, knowing]), 1)
    assert not found.may_move_all
    assert found.chosen == 0
    assert found.validated is not None
    assert set(found.validated.chosen) <= {0, 1}


def test_a_calendar_reaches_what_its_spacing_says() -> None:
    """One alert in 46 days has half a chance to fall into 23 days."""
    among = random_set(20, 1)
    found = calendar_value(among.values, MONTH_US / (46 * DAY_US))
    assert found.reach.value == pytest.approx(0.5, abs=0.07)
    assert calendar_value(among.values, MONTH_US / (20 * DAY_US)).reach.value == 1


@given(st.integers(1, 30), st.integers(0, 12))
def test_every_client_is_held_out_once_in_each_division(clients: int, outcomes: int) -> None:
    held = folds(np.arange(clients) < outcomes)
    assert (held.reshape(clients, REPEATS, FOLDS).sum(axis=2) == 1).all()


def test_a_search_is_the_same_every_time() -> None:
    assert tune(random_set(150, 20), 1).validated == tune(random_set(150, 20), 1).validated
    assert list(hopes(random_set(150, 20), 1)) == list(hopes(random_set(150, 20), 1))
