"""Random draws keep their limits and their rate, and the seed alone tells them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.draws import draw_days, month_of
from engine.model.draw_chance import chance_of, mean_gap
from engine.model.schedule import RandomDraws

BEGIN = date(2026, 1, 1)


def seeds_of_year(number: int) -> dict[str, str]:
    months = {month_of(BEGIN + timedelta(days=day)) for day in range(800)}
    return {month: f"{number:060x}{month[2:4]}{month[5:]}" for month in months}


@given(st.integers(1, 10), st.integers(1, 20), st.floats(0, 1), st.integers(0, 2**60))
def test_gaps_keep_their_limits_whatever_the_seed(
    minimum: int, more: int, chance: float, seed: int
) -> None:
    draws = RandomDraws(minimum, minimum + more, chance)
    last = BEGIN + timedelta(days=200)
    days = [BEGIN, *draw_days(draws, "tests", "C-1", seeds_of_year(seed), BEGIN, last)]
    gaps = [(after - before).days for before, after in pairwise(days)]
    assert all(minimum <= gap <= minimum + more for gap in gaps)
    assert (last - days[-1]).days < minimum + more


@given(st.integers(1, 10), st.integers(1, 20), st.floats(0, 1))
def test_a_chance_is_found_for_any_mean_between_the_limits(
    minimum: int, more: int, share: float
) -> None:
    mean = minimum + share * more
    assert mean_gap(minimum, minimum + more, chance_of(minimum, minimum + more, mean)) == (
        pytest.approx(mean, abs=1e-4)
    )


def test_a_longer_look_ahead_changes_no_draw() -> None:
    draws, seeds = RandomDraws(2, 10, 0.3), seeds_of_year(1)
    whole = list(draw_days(draws, "tests", "C-1", seeds, BEGIN, date(2026, 12, 31)))
    part = list(draw_days(draws, "tests", "C-1", seeds, BEGIN, date(2026, 6, 30)))
    assert whole[: len(part)] == part


def test_a_month_without_a_seed_draws_nothing() -> None:
    seeds = seeds_of_year(1)
    del seeds["2026-02"]
    draws = RandomDraws(1, 5, 0.5)
    days = draw_days(draws, "tests", "C-1", seeds, BEGIN, date(2026, 3, 31))
    assert {day.month for day in days} == {1, 3}


def test_clients_and_schedules_are_drawn_apart() -> None:
    draws, seeds = RandomDraws(1, 30, 0.2), seeds_of_year(1)
    drawn = {
        tuple(draw_days(draws, schedule, ref, seeds, BEGIN, date(2026, 12, 31)))
        for schedule in ("urine", "breath")
        for ref in ("C-1", "C-2")
    }
    assert len(drawn) == 4
