"""Assignments as entries of a client's record."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.model.assignment_entries import ASSIGNED, assignment_entries, with_assignments
from engine.model.client import RecordEntry
from engine.model.staff import Assignment

ENROLLED = RecordEntry(10, "enrolled", None)
INSTANTS = st.integers(0, 30)
ASSIGNMENTS = st.lists(
    st.builds(
        Assignment,
        st.just(1),
        st.integers(1, 3),
        st.sampled_from([*ASSIGNED.values(), "admin"]),
        INSTANTS,
        st.none() | INSTANTS,
    ),
    max_size=6,
)


@given(ASSIGNMENTS, INSTANTS)
def test_at_every_instant_the_newest_entry_says_whether_an_assignment_lasts(
    assignments: list[Assignment], now: int
) -> None:
    entries = assignment_entries(0, assignments)
    for word, role in ASSIGNED.items():
        newest = [one.value for one in entries if one.entry == word and one.at <= now][-1]
        lasts = any(one.lasts(now) for one in assignments if one.role == role)
        assert newest == ("yes" if lasts else "no")


@given(ASSIGNMENTS)
def test_each_entry_is_a_change(assignments: list[Assignment]) -> None:
    entries = assignment_entries(0, assignments)
    for word in ASSIGNED:
        values = [one.value for one in entries if one.entry == word]
        assert all(one != other for one, other in pairwise(values))


def test_a_record_tells_of_assignments_from_its_beginning_on_in_the_order_of_dates() -> None:
    mentor = Assignment(1, 2, "mentor", 5, 20)
    phase = RecordEntry(30, "phase", "2")
    told = with_assignments([ENROLLED, phase], [mentor])
    assert [entry for entry in told if entry.entry in {"has_mentor", "phase", "enrolled"}] == [
        ENROLLED,
        RecordEntry(10, "has_mentor", "yes"),
        RecordEntry(20, "has_mentor", "no"),
        phase,
    ]


def test_of_a_client_without_a_record_nothing_is_told() -> None:
    assert with_assignments([], [Assignment(1, 2, "mentor", 5, None)]) == ()
