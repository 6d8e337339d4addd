"""The share that stays is the product of the shares that stayed at each leaving."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.studies.intervals import Z_95
from engine.studies.kaplan_meier import StayCurve

STAYS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def curve(stays: list[tuple[int, bool]]) -> StayCurve:
    weeks, left = zip(*stays, strict=True)
    return StayCurve.of(np.array(weeks, float), np.array(left, bool))


@given(stays=STAYS, at=st.integers(0, 14))
def test_it_is_the_product_limit_computed_in_fractions(
    stays: list[tuple[int, bool]], at: int
) -> None:
    share, spread = Fraction(1), Fraction(0)
    for week in sorted({week for week, left in stays if left and week <= at}):
        watched = sum(1 for other, _ in stays if other >= week)
        gone = stays.count((week, True))
        share *= 1 - Fraction(gone, watched)
        if gone < watched:
            spread += Fraction(gone, watched * (watched - gone))
    found = curve(stays).stays(at)
    if found.value is None:
        assert not any(other >= at for other, _ in stays)
        return
    assert found.value == pytest.approx(float(share))
    if 0 < share < 1:
        off = Z_95 * sqrt(spread) / log(share)
        low, high = float(share) ** exp(-off), float(share) ** exp(off)
        assert (found.low, found.high) == pytest.approx((low, high))


def test_who_is_no_longer_watched_is_not_taken_as_gone() -> None:
    found = curve([(2, True), (3, False), (5, True), (6, False)])
    assert found.stays(1).value == 1
    assert found.stays(2).value == 0.75
    assert found.stays(5).value == 0.375
    assert [found.watched(at) for at in (2, 3, 4, 6, 7)] == [4, 3, 2, 1, 0]
    assert [found.gone(at) for at in (1, 2, 5)] == [0, 1, 2]


def test_an_interval_is_said_also_where_all_stay_or_none_does() -> None:
    assert curve([(9, False)] * 20).stays(4) == pytest.approx((1, 0.8389, 1), abs=1e-4)
    assert curve([(1, True)] * 20).stays(4) == pytest.approx((0, 0, 0.1611), abs=1e-4)
