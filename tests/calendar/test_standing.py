"""How a client stands at an instant is one answer with that of the rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.standing import ever_has, standing_at
from engine.measures.histories import Histories
from engine.measures.step_functions import in_care, truth_at
from engine.model.client import SPELL_WORDS, Client, RecordEntry
from engine.model.event import EventColumns

RECORDS = st.lists(
    st.builds(RecordEntry, st.integers(0, 6), st.sampled_from(SPELL_WORDS), st.none()),
    max_size=7,
    unique_by=lambda entry: (entry.at, entry.entry),
)


@given(st.lists(RECORDS, max_size=3), st.integers(0, 7))
def test_clients_are_expected_to_keep_schedules_just_when_rules_apply(
    records: list[list[RecordEntry]], at: int
) -> None:
    dated = [tuple(sorted(record, key=lambda entry: entry.at)) for record in records]
    clients = [Client(number, f"C-{number}", "UTC", one) for number, one in enumerate(dated)]
    histories = Histories(clients, EventColumns())
    stands = [standing_at(record, at) for record in dated]
    applies = truth_at(in_care(histories), histories.bases + at)
    assert [one.enrolled and not one.on_leave for one in stands] == applies.tolist()


def test_attributes_hold_from_their_dates_and_are_compared_without_case() -> None:
    record = (RecordEntry(1, "program", "IOP"), RecordEntry(5, "program", None))
    wanted = {"program": ("iop", "php")}
    assert [standing_at(record, at).has(wanted) for at in (0, 1, 4, 5)] == [
        False, True, True, False,
    ]  # fmt: skip


WORDS = st.sampled_from(["IOP", "php", None])
ATTRIBUTES = st.sampled_from(["program", "site"])


@given(
    st.lists(st.builds(RecordEntry, st.integers(0, 6), ATTRIBUTES, WORDS), max_size=6),
    st.dictionaries(ATTRIBUTES, st.sampled_from([("iop",), ("PHP", "iop")])),
)
def test_a_record_that_never_has_a_word_has_it_at_no_instant(
    record: list[RecordEntry], wanted: dict[str, tuple[str, ...]]
) -> None:
    record.sort(key=lambda entry: entry.at)
    if not ever_has(record, wanted):
        assert not any(standing_at(record, at).has(wanted) for at in range(8))
