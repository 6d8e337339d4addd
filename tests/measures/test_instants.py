"""The instants that are looked at: few, and never one too few."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.measures.comparison import Comparison, Operator
from engine.measures.ragged import medians
from engine.measures.step_functions import crossings, ending_gaps, run_out

_INSTANTS = st.lists(st.integers(0, 40), max_size=12).map(
    lambda found: np.array(sorted(found), np.int64)
)
_OPERATORS = st.sampled_from(["at_least", "at_most", "more_than", "less_than", "is", "is_not"])


@given(_INSTANTS, st.integers(1, 15), _OPERATORS, st.sampled_from([1, 1.5, 2, 3]))
def test_a_comparison_on_the_number_in_a_window_changes_only_at_its_crossings(
    keys: np.ndarray, within: int, operator: Operator, operand: float
) -> None:
    comparison = Comparison(operator, operand)
    looked_at = {
        int(key) for part in crossings(keys, keys, within, comparison.turns()) for key in part
    }

    times = np.arange(-1, 60)
    in_window = np.array(
        [np.count_nonzero((keys > at - within) & (keys <= at)) for at in times], float
    )
    truth = comparison.of_numbers(in_window)
    assert set(times[1:][truth[1:] != truth[:-1]].tolist()) <= looked_at


def test_counts_that_stay_below_the_threshold_are_never_looked_at() -> None:
    keys = np.array([0, 10, 20, 21, 30], np.int64)

    assert [
        part.tolist() for part in crossings(keys, keys, 5, Comparison("at_least", 2).turns())
    ] == [[21], [25]]


def test_a_duration_runs_out_only_where_nothing_came_meanwhile() -> None:
    keys = np.array([0, 3, 3, 9, 14], np.int64)

    assert run_out(keys, 5).tolist() == [8, 19]
    assert ending_gaps(keys, 5).tolist() == [0, 9, 14]


@given(_OPERATORS, st.sampled_from([0, 1, 2.5, 4]))
def test_the_turns_of_a_comparison_are_the_whole_numbers_at_which_its_truth_changes(
    operator: Operator, operand: float
) -> None:
    comparison = Comparison(operator, operand)
    truth = comparison.of_numbers(np.arange(-2.0, 9))

    changes = {place - 2 for place in range(1, len(truth)) if truth[place] != truth[place - 1]}
    assert changes <= set(comparison.turns()) <= changes | {3}


@given(st.lists(st.sampled_from([1.0, 2.0, 2.5, 8.0]), min_size=1, max_size=9), st.data())
def test_medians_are_those_of_each_window_alone(values: list[float], data: st.DataObject) -> None:
    low = data.draw(st.lists(st.integers(0, len(values)), min_size=1, max_size=6))
    high = [data.draw(st.integers(start, len(values))) for start in low]

    found = medians(np.array(low), np.array(high), np.array(values))

    expected = [
        np.median(values[start:end]) if end > start else np.nan
        for start, end in zip(low, high, strict=True)
    ]
    np.testing.assert_array_equal(found, expected)
