"""Intervals of shares and averages are those of the tables."""

from __future__ import annotations

import numpy as np
import pytest

from engine.studies.intervals import average, wilson


def test_a_share_has_the_interval_of_wilson() -> None:
    # The example of Newcombe (1998), doi 10.1002/(SICI)1097-0258(19980430)17:8<857, 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0, 0.1611), abs=1e-4)
    assert wilson(0, 0).value is None


@pytest.mark.parametrize(("freedom", "t"), [(10, 2.228), (20, 2.086), (30, 2.042), (120, 1.980)])
def test_an_average_has_the_interval_of_student(freedom: int, t: float) -> None:
    numbers = np.arange(freedom + 1, dtype=float)
    found = average(numbers)
    half = t * numbers.std(ddof=1) / np.sqrt(freedom + 1)
    assert found == pytest.approx((freedom / 2, freedom / 2 - half, freedom / 2 + half), abs=5e-3)


def test_one_number_has_no_interval_and_none_has_no_average() -> None:
    assert average(np.array([3.0])) == (3, None, None)
    assert average(np.array([])).value is None
