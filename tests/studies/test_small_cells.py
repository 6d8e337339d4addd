"""A small cell is hidden, and cannot be computed from the cells that stay."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.studies.small_cells import LEAST, hidden_cells, is_small


def hidden(atoms: list[tuple[int, ...]], counts: list[int], *breakdowns: int) -> list[bool]:
    """Which cells are hidden: the total first, then so many cells of each breakdown."""
    members = np.array([(1, *atom) for atom in atoms], np.int64).T
    sizes = np.array(counts, np.int64)[:, None]
    places, begin = [], 1
    for length in breakdowns:
        places.append(list(range(begin, begin + length)))
        begin += length
    none = np.zeros(len(members), bool)
    return hidden_cells(members, sizes, places, none).tolist()


def test_a_single_small_group_takes_the_smallest_other_one_with_it() -> None:
    groups = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert hidden(groups, [40, 7, 30], 3) == [False, False, True, True]


def test_two_small_groups_that_are_small_together_take_a_third_with_them() -> None:
    groups = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
    assert hidden(groups, [40, 3, 4, 30], 4) == [False, False, True, True, True]
    assert hidden(groups, [40, 9, 8, 30], 4) == [False, False, True, True, False]


def test_nobody_is_no_person_and_eleven_are_enough() -> None:
    assert hidden([(1, 0), (0, 1)], [11, 0], 2) == [False, False, False]
    assert [is_small(count) for count in (0, 1, 10, 11)] == [False, True, True, False]


def test_a_small_arm_is_not_found_by_way_of_its_trial() -> None:
    # Trials a and b; arms 1 and 2 are those of trial a, arm 3 is trial b.
    atoms = [(1, 0, 1, 0, 0), (1, 0, 0, 1, 0), (0, 1, 0, 0, 1)]
    total, trial_a, trial_b, one, two, three = hidden(atoms, [50, 5, 60], 2, 3)
    assert two
    assert one or trial_a
    assert sum((total, trial_a, trial_b, one, two, three)) >= 2


ATOMS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()).map(
        lambda inside: tuple(map(int, inside))
    ),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip


@given(data=st.data())
def test_no_small_cell_is_a_sum_of_shown_ones_also_if_groups_overlap(data: st.DataObject) -> None:
    atoms = data.draw(ATOMS)
    counts = data.draw(st.lists(st.integers(0, 30), min_size=len(atoms), max_size=len(atoms)))
    found = hidden(atoms, counts, 2, 2)
    members = [[1] * len(atoms), *map(list, zip(*atoms, strict=True))]
    shown = [cell for cell, secret in zip(members, found, strict=True) if not secret]
    for cell in members:
        size = sum(count for count, inside in zip(counts, cell, strict=True) if inside)
        if 0 < size < LEAST:
            assert rank([*shown, cell]) == rank(shown) + 1


def rank(rows: list[list[int]]) -> int:
    """The rank of a matrix, by elimination in fractions."""
    left = [list(map(Fraction, row)) for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for place in range(found + 1, len(left)):
            times = left[place][column] / pivot[column]
            left[place] = [a - times * b for a, b in zip(left[place], pivot, strict=True)]
        found += 1
    return found
