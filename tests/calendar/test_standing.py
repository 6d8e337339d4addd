"""How a client stands at an instant is one answer with that of the rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.standing import standing_at
from engine.measures.histories import Histories, one_key
from engine.measures.step_functions import in_care, truth_at
from engine.model.client import SPELL_WORDS, Client, RecordEntry
from engine.model.event import EventColumns

RECORDS = st.lists(
    st.builds(RecordEntry, st.integers(0, 6), st.sampled_from(SPELL_WORDS), st.none()),
    max_size=7,
    unique_by=lambda entry: (entry.at, entry.entry),
)


@given(RECORDS, st.integers(0, 7))
def test_a_client_is_expected_to_keep_schedules_just_when_rules_apply(
    record: list[RecordEntry], at: int
) -> None:
    dated = tuple(sorted(record, key=lambda entry: entry.at))
    histories = Histories([Client(1, "C-1", "UTC", dated)], EventColumns())
    stands = standing_at(dated, at)
    applies = bool(truth_at(in_care(histories), one_key(at))[0])
    assert (stands.enrolled and not stands.on_leave) == applies


def test_attributes_hold_from_their_dates_and_are_compared_without_case() -> None:
    record = (RecordEntry(1, "program", "IOP"), RecordEntry(5, "program", None))
    wanted = {"program": ("iop", "php")}
    assert [standing_at(record, at).has(wanted) for at in (0, 1, 4, 5)] == [
        False, True, True, False,
    ]  # fmt: skip
