"""Who is told again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.reminders import reminded
from engine.model.staff import Recipient, Staff


def somebody(number: int) -> Recipient:
    return Recipient(Staff(number, f"S-{number}", "case_manager", "+15550100", "UTC", None, None))


def reachable(*numbers: int) -> dict[int, Recipient]:
    return {number: somebody(number) for number in numbers}


def told(owner: int | None, last: dict[int, int], *numbers: int) -> list[tuple[int, int]]:
    return [(step, one.staff.id) for step, one in reminded(owner, last, reachable(*numbers))]


def test_whoever_took_it_is_told_again_and_else_those_told_last() -> None:
    assert told(1, {1: 0, 2: 1}, 1, 2) == [(0, 1)]
    assert told(None, {2: 1, 3: 1}, 1, 2, 3) == [(1, 2), (1, 3)]


def test_where_the_owner_can_receive_no_more_those_told_last_are_told_again() -> None:
    assert told(1, {2: 1}, 2) == [(1, 2)]
    assert told(1, {2: 1}) == []


def test_whoever_stands_in_for_two_who_are_absent_is_told_once() -> None:
    nine = somebody(9)
    assert reminded(None, {1: 0, 2: 0}, {1: nine, 2: nine}) == [(0, nine)]
    assert reminded(1, {}, {1: nine}) == [(0, nine)]


NUMBERS = st.integers(1, 4)


@given(st.none() | NUMBERS, st.dictionaries(NUMBERS, st.integers(0, 3)), st.sets(NUMBERS))
def test_nobody_is_told_again_who_cannot_receive_or_neither_took_it_nor_was_told(
    owner: int | None, last: dict[int, int], numbers: set[int]
) -> None:
    found = [staff for _, staff in told(owner, last, *numbers)]
    assert set(found) <= numbers & {*last, owner}
    assert len(found) == len(set(found))
    assert found or not numbers & {*last, owner}
