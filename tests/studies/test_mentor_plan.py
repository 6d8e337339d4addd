"""The plan for a site breaks no hard rule and is never worse than taking the best pair first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.studies.mentor_fit import FitTable, fit_table
from engine.studies.mentor_plan import plan_pairs
from tests.kit.plain_matching import MATCHING, greedy_pairs, people

TODAY = date(2026, 11, 28)


def worth(table: FitTable, pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """How many pairs there are, and then all of their points."""
    chosen = [int(table.points[row, column]) for row, column in pairs]
    return len(chosen), sum(chosen)


def table_of(clients: int, mentors: int, seed: int) -> FitTable:
    return fit_table(MATCHING, *people(clients, mentors, seed), TODAY)


def best(table: FitTable, row: int, places: tuple[int, ...]) -> tuple[int, int]:
    """The worth of the best plan for the clients from `row` on, by trying them all."""
    if row == len(table.allowed):
        return 0, 0
    found = best(table, row + 1, places)
    for column, free in enumerate(places):
        if free and table.allowed[row, column]:
            rest = (*places[:column], free - 1, *places[column + 1 :])
            pairs, points = best(table, row + 1, rest)
            found = max(found, (pairs + 1, points + int(table.points[row, column])))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 25), st.integers(0, 12), st.integers(0, 10**6))
def test_it_breaks_no_hard_rule_and_is_no_worse_than_greedy(
    clients: int, mentors: int, seed: int
) -> None:
    table = table_of(clients, mentors, seed)
    pairs = plan_pairs(table)
    assert all(table.allowed[pair] for pair in pairs)
    assert len({pair.client for pair in pairs}) == len(pairs)
    loads = Counter(pair.mentor for pair in pairs)
    assert all(load <= table.places[mentor] for mentor, load in loads.items())
    assert worth(table, pairs) >= worth(table, greedy_pairs(table))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.integers(0, 3), st.integers(0, 10**6))
def test_no_other_plan_is_better(clients: int, mentors: int, seed: int) -> None:
    table = table_of(clients, mentors, seed)
    places = tuple(int(one) for one in table.places)
    assert worth(table, plan_pairs(table)) == best(table, 0, places)


@pytest.mark.slow
def test_it_pairs_more_clients_than_greedy_does_where_greedy_takes_the_only_mentor() -> None:
    found = [
        worth(table, plan_pairs(table)) > worth(table, greedy_pairs(table))
        for table in (table_of(20, 10, seed) for seed in range(20))
    ]
    assert any(found)
