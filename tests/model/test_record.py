"""Roster rows restate a client's record: corrections replace dates, and history stays."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.model.client import RecordEntry
from engine.model.record import earliest_change, match_spell, restate

NOW = 100
ENROLLED = (RecordEntry(10, "enrolled", None),)
LEFT = (*ENROLLED, RecordEntry(40, "ended", None))
AWAY = (*ENROLLED, RecordEntry(50, "leave_began", None))


def after(
    record: tuple[RecordEntry, ...],
    attributes: Mapping[str, str | None] | None = None,
    now: int = NOW,
    **moments: int | None,
) -> list[tuple[int, str, str | None]]:
    return [tuple(entry) for entry in restate(record, moments, attributes or {}, now)]


@pytest.mark.parametrize(
    ("record", "moments", "expected"),
    [
        # the first row, and the same row again
        ((), {"enrolled": 10}, [(10, "enrolled")]),
        (ENROLLED, {"enrolled": 10}, [(10, "enrolled")]),
        # an end for the open enrolment, another end in its place, and an empty cell that removes it
        (ENROLLED, {"enrolled": 10, "ended": 40}, [(10, "enrolled"), (40, "ended")]),
        (LEFT, {"enrolled": 10, "ended": 45}, [(10, "enrolled"), (45, "ended")]),
        (LEFT, {"enrolled": 10, "ended": None}, [(10, "enrolled")]),
        # no cell at all keeps the end
        (LEFT, {"enrolled": 10}, [(10, "enrolled"), (40, "ended")]),
        # an end alone belongs to the newest enrolment before it
        (ENROLLED, {"ended": 40}, [(10, "enrolled"), (40, "ended")]),
        # an overlapping enrolment corrects the beginning; a later one is a further enrolment
        (LEFT, {"enrolled": 12, "ended": 40}, [(12, "enrolled"), (40, "ended")]),
        (LEFT, {"enrolled": 60}, [(10, "enrolled"), (40, "ended"), (60, "enrolled")]),
        # an enrolment that begins as the one before ends is a further one
        (LEFT, {"enrolled": 40}, [(10, "enrolled"), (40, "ended"), (40, "enrolled")]),
    ],
)
def test_a_row_states_or_corrects_an_enrolment(
    record: tuple[RecordEntry, ...],
    moments: dict[str, int | None],
    expected: list[tuple[int, str]],
) -> None:
    assert [entry[:2] for entry in after(record, **moments)] == sorted(expected)


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        ({"ended": 5}, "gives ended but not enrolled, and no earlier row gave it"),
        ({"enrolled": 20, "ended": 15}, "ended comes before enrolled"),
        ({"leave_began": 20, "leave_ended": 15}, "leave_ended comes before leave_began"),
    ],
)
def test_an_end_before_its_beginning_is_refused(moments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        after(ENROLLED, **moments)


def test_an_empty_cell_ends_a_leave_that_has_begun_and_cancels_one_that_has_not() -> None:
    back = after(AWAY, leave_began=None)
    assert back == [(10, "enrolled", None), (50, "leave_began", None), (NOW, "leave_ended", None)]
    assert after(AWAY, leave_began=None, now=49) == [(10, "enrolled", None)]
    # No cell at all says nothing about the leave.
    assert after(AWAY) == [tuple(entry) for entry in AWAY]


def test_another_discharge_corrects_the_nearest_unless_the_client_enrolled_again() -> None:
    discharged = (*LEFT, RecordEntry(40, "discharged", None))
    assert (42, "discharged", None) in after(discharged, discharged=42)
    assert (40, "discharged", None) not in after(discharged, discharged=42)
    both = after(discharged, enrolled=60, ended=80, discharged=80)
    assert [at for at, entry, _ in both if entry == "discharged"] == [40, 80]


def test_an_attribute_holds_from_enrolment_when_it_is_first_seen() -> None:
    assert (10, "phase", "one") in after(ENROLLED, {"phase": "one"})
    assert after(ENROLLED, {"phase": None}) == [tuple(*ENROLLED)]
    # A corrected enrolment takes its attributes along.
    phased = (*ENROLLED, RecordEntry(10, "phase", "one"))
    assert after(phased, {"phase": "one"}, enrolled=12) == [
        (12, "enrolled", None),
        (12, "phase", "one"),
    ]


def test_a_changed_attribute_holds_from_now_or_from_the_rows_own_instant() -> None:
    phased = (*ENROLLED, RecordEntry(10, "phase", "one"))
    assert (NOW, "phase", "two") in after(phased, {"phase": "two"})
    assert (70, "phase", "two") in after(phased, {"phase": "two"}, as_of=70)
    assert (NOW, "phase", None) in after(phased, {"phase": None})
    assert after(phased, {"phase": "one"}) == [tuple(entry) for entry in sorted(phased)]


def test_an_attribute_that_changes_back_within_one_reading_has_not_changed() -> None:
    phased = (*ENROLLED, RecordEntry(10, "phase", "one"))
    there = restate(phased, {}, {"phase": "two"}, NOW)
    assert restate(there, {}, {"phase": "one"}, NOW) == sorted(phased)


def test_a_removed_value_before_the_first_one_says_nothing() -> None:
    phased = (*ENROLLED, RecordEntry(10, "phase", "one"))
    assert (5, "phase", None) not in after(phased, {"phase": None}, as_of=5)


def test_records_differ_from_the_first_entry_that_only_one_has() -> None:
    assert earliest_change(ENROLLED, ENROLLED) is None
    assert earliest_change(ENROLLED, LEFT) == 40
    assert earliest_change((*LEFT, RecordEntry(20, "phase", "one")), ENROLLED) == 20


def test_a_spell_restates_the_one_with_its_beginning_or_else_the_last_that_it_overlaps() -> None:
    spells = [(10, 40), (60, None)]
    assert match_spell(spells, 10, 15) == (10, 40)
    assert match_spell(spells, 30, 50) == (10, 40)
    assert match_spell(spells, 70, None) == (60, None)
    assert match_spell(spells, 40, 60) is None
