"""Points are derived from days at risk: few, whole, of the signs that a clinician stated."""

from __future__ import annotations

import numpy as np
import pytest

from engine.studies.scorecard import (
    MOST_ITEMS,
    Days,
    DerivedScorecard,
    ItemVerdict,
    derive,
    derive_points,
)

# By item, how much it adds to the log odds of the outcome.
CLIENTS, DAYS = 400, 40


def made(effects: list[float], seed: int = 3) -> tuple[Days, np.ndarray]:
    """Clients whose items hold for all of their days; the outcome follows by these effects."""
    chance = np.random.default_rng(seed)
    held = chance.random((CLIENTS, len(effects))) < 0.4
    odds = held @ np.array(effects) - 1
    has_reached = chance.random(CLIENTS) < 1 / (1 + np.exp(-odds))
    client = np.repeat(np.arange(CLIENTS), DAYS)
    judged = np.ones(len(client))
    return Days(client, held[client], judged, judged * has_reached[client]), has_reached


def derived(effects: list[float], now: list[int]) -> DerivedScorecard:
    days, has_reached = made(effects)
    found = derive(days, np.array(now), has_reached)
    assert found is not None
    return found


def test_an_item_that_says_more_gets_more_points() -> None:
    found = derived([2.4, 1.2, 0], [1, 1, 1])
    assert found.points[0] > found.points[1] >= 1
    assert found.points[2] == 0
    assert found.verdicts[:2] == (ItemVerdict.KEPT, ItemVerdict.KEPT)
    assert found.risk[0] > found.risk[2]


def test_an_item_that_points_the_other_way_than_stated_gets_nothing() -> None:
    """Withdrawal that lowers the risk in some data, say."""
    found = derived([1.5, -1.5], [1, 1])
    assert found.points.tolist() == [1, 0]
    assert found.verdicts[1] is ItemVerdict.AGAINST
    stated = derived([1.5, -1.5], [1, -1])
    assert stated.points[0] > 0 > stated.points[1]


def test_an_item_that_never_holds_is_dropped() -> None:
    days, _ = made([1.5])
    held = np.column_stack((days.held, np.zeros(len(days.client), bool)))
    points, verdicts = derive_points(days._replace(held=held), np.array([1, 1]))
    assert points.tolist() == [1, 0]
    assert verdicts[1] is ItemVerdict.SILENT


def test_no_more_than_eight_items_are_kept() -> None:
    found = derived([1.0] * 11, [1] * 11)
    assert sum(found.points != 0) == MOST_ITEMS
    assert found.verdicts.count(ItemVerdict.TOO_MANY) == 3


def test_points_that_know_something_beat_chance_on_other_clients_and_others_do_not() -> None:
    knowing, guessing = derived([2.0, 1.0], [1, 1]), derived([0, 0, 0], [1, 1, 1])
    assert knowing.derived.low is not None
    assert knowing.derived.low > 0.6
    assert guessing.derived.value == pytest.approx(0.5, abs=0.08)
    risks = [band.risk for band in knowing.bands]
    assert risks == sorted(risks)
    assert sum(band.days for band in knowing.bands) == pytest.approx(1)


def test_with_fewer_than_a_hundred_outcomes_nothing_is_derived() -> None:
    days, has_reached = made([1.0])
    few = has_reached & (np.cumsum(has_reached) < 100)
    assert derive(days, np.array([1]), few) is None
