"""What becomes of an expectation follows from the facts that are known now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.calendar.expectations import (
    LATER_US,
    SOON_US,
    WAIT_US,
    ExpectationVerdict,
    QuestionState,
    ScheduleFacts,
    decide,
    event_key,
    is_for,
    known_through,
    to_the_next,
)
from engine.model.client import RecordEntry
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US
from engine.model.outages import Feed
from engine.model.schedule import (
    SOURCE,
    Expectation,
    Occurrence,
    Outcome,
    OutcomeReason,
    Sign,
    SignMeaning,
)

# A day from midnight on, due at 18:00, with a grace of two hours.
DUE = Occurrence(
    date(1970, 1, 11), 10 * DAY_US, 10 * DAY_US + 18 * HOUR_US, 10 * DAY_US + 20 * HOUR_US
)
NEXT = Occurrence(date(1970, 1, 12), *(at + DAY_US for at in DUE[1:]))
OPEN = Expectation(7, "groups", DUE)
LONG_AFTER = 30 * DAY_US
FACTS = ScheduleFacts(
    record=[RecordEntry(0, "enrolled", None), RecordEntry(0, "program", "iop")],
    wanted={"program": ("iop",)},
    signs=[],
    known_through=LONG_AFTER,
    read_to=LONG_AFTER,
    now=LONG_AFTER,
)
MISSED = ExpectationVerdict(Outcome.MISSED, OutcomeReason.NOT_DONE, (SOURCE, "groups:7:1970-01-11"))


def sign(meaning: SignMeaning, key: str = "1", at: int = DUE.due) -> Sign:
    return Sign(at, meaning, "attendance", key)


def verdict(one: Expectation = OPEN, **facts: object) -> ExpectationVerdict:
    """The verdict on one expectation of a schedule that has not changed."""
    ((_, found),) = decide([one], [DUE], replace(FACTS, **facts))  # type: ignore[arg-type]
    return found


def test_an_expectation_without_any_sign_is_missed_once_all_is_known() -> None:
    assert verdict() == MISSED
    assert event_key(OPEN) == "groups:7:1970-01-11"


@pytest.mark.parametrize(
    ("meaning", "outcome", "reason"),
    [
        (SignMeaning.KEPT, Outcome.KEPT, OutcomeReason.DONE),
        (SignMeaning.EXCUSED, Outcome.EXCUSED, OutcomeReason.SOURCE_SAYS),
        (SignMeaning.MISSED, Outcome.MISSED, OutcomeReason.SOURCE_SAYS),
    ],
)
def test_a_sign_within_its_window_decides_alone(
    meaning: SignMeaning, outcome: Outcome, reason: OutcomeReason
) -> None:
    found = ExpectationVerdict(outcome, reason, ("attendance", "1"))
    for at in (DUE.opens, DUE.closes):
        assert verdict(signs=[sign(meaning, at=at)]) == found
    for at in (DUE.opens - 1, DUE.closes + 1):
        assert verdict(signs=[sign(meaning, at=at)]) == MISSED


def test_data_that_come_late_withdraw_what_was_missed_for_good() -> None:
    found = (Outcome.WITHDRAWN, OutcomeReason.DONE_AFTER_ALL, ("attendance", "1"), None)
    missed = replace(OPEN, outcome=Outcome.MISSED, reason=OutcomeReason.NOT_DONE)
    withdrawn = replace(OPEN, outcome=Outcome.WITHDRAWN, reason=OutcomeReason.DONE_AFTER_ALL)
    for one in (missed, withdrawn):
        assert verdict(one, signs=[sign(SignMeaning.KEPT)]) == found


def test_a_day_that_a_person_excused_is_missed_by_no_sign() -> None:
    found = verdict(excused=[DUE.day], signs=[sign(SignMeaning.MISSED)])
    assert found[:2] == (Outcome.EXCUSED, OutcomeReason.BY_STAFF)


def test_what_is_due_on_leave_is_held_unless_it_is_kept() -> None:
    leave = [*FACTS.record, RecordEntry(DAY_US, "leave_began", None)]
    found = verdict(record=leave, signs=[sign(SignMeaning.MISSED)])
    assert found[:2] == (Outcome.HELD, OutcomeReason.ON_LEAVE)
    assert verdict(record=leave, signs=[sign(SignMeaning.KEPT)]).outcome == Outcome.KEPT


@pytest.mark.parametrize(
    "entry", [RecordEntry(DUE.due, "ended", None), RecordEntry(DUE.due, "program", "php")]
)
def test_it_is_withdrawn_from_a_client_who_has_left_its_group_by_then(entry: RecordEntry) -> None:
    changed = [*FACTS.record, entry]
    found = verdict(record=changed, signs=[sign(SignMeaning.KEPT)])
    assert found[:2] == (Outcome.WITHDRAWN, OutcomeReason.NOT_FOR_CLIENT)
    facts = replace(FACTS, record=changed)
    assert [is_for(facts, at) for at in (DUE.due - 1, DUE.due)] == [True, False]


def test_it_waits_until_its_grace_is_over() -> None:
    early = verdict(now=DUE.closes - 1, known_through=DUE.closes - 1)
    assert early == (None, None, None, DUE.closes)


@pytest.mark.parametrize(
    ("late", "wait"), [(0, SOON_US), (MINUTE_US, LATER_US), (WAIT_US - 1, LATER_US)]
)
def test_it_waits_for_a_source_that_is_not_read_and_looks_again(late: int, wait: int) -> None:
    now = DUE.closes + late
    found = verdict(now=now, known_through=DUE.closes - 1)
    assert found == (None, OutcomeReason.DATA_MISSING, None, now + wait)


def test_a_daemon_that_has_slept_for_days_reads_its_sources_before_it_gives_up() -> None:
    now = DUE.closes + 2 * WAIT_US
    found = verdict(now=now, known_through=DUE.opens, read_to=DUE.opens)
    assert found == (None, OutcomeReason.DATA_MISSING, None, now + LATER_US)


def test_after_three_days_without_data_it_is_held_for_good() -> None:
    held = verdict(now=DUE.closes + WAIT_US, known_through=DUE.closes - 1)
    assert held[:2] == (Outcome.HELD, OutcomeReason.DATA_MISSING)
    before = replace(OPEN, outcome=held.outcome, reason=held.reason)
    assert verdict(before) == held


def test_what_no_text_asked_for_is_held_even_if_that_is_known_late() -> None:
    assert verdict(questions={})[:2] == (Outcome.HELD, OutcomeReason.NOT_ASKED)
    missed = replace(OPEN, outcome=Outcome.MISSED, reason=OutcomeReason.NOT_DONE)
    assert verdict(missed, questions={})[:2] == (Outcome.HELD, OutcomeReason.NOT_ASKED)


def test_it_waits_while_no_carrier_says_whether_its_question_went_out() -> None:
    assert verdict(questions={DUE.day: QuestionState.ASKED}) == MISSED
    in_doubt = {DUE.day: QuestionState.IN_DOUBT}
    found = verdict(now=DUE.closes, questions=in_doubt)
    assert found == (None, OutcomeReason.DATA_MISSING, None, DUE.closes + SOON_US)
    held = verdict(now=DUE.closes + WAIT_US, questions=in_doubt)
    assert held[:2] == (Outcome.HELD, OutcomeReason.DATA_MISSING)


def test_an_event_keeps_the_first_of_two_expectations_alone() -> None:
    wide = DUE._replace(closes=NEXT.closes)
    first, second = replace(OPEN, occurrence=wide), replace(OPEN, occurrence=NEXT)
    facts = replace(FACTS, signs=[sign(SignMeaning.KEPT, at=NEXT.due)])
    found = decide([second, first], [wide, NEXT], facts)
    assert [(one.occurrence.day, each.outcome) for one, each in found] == [
        (DUE.day, Outcome.KEPT),
        (NEXT.day, Outcome.MISSED),
    ]


def test_a_schedule_that_changes_withdraws_what_is_open_and_moves_what_is_to_come() -> None:
    changed = (Outcome.WITHDRAWN, OutcomeReason.SCHEDULE_CHANGED, None, None)
    assert decide([OPEN], [], FACTS) == [(OPEN, changed)]
    earlier = DUE._replace(due=DUE.due - HOUR_US)
    assert decide([OPEN], [earlier], replace(FACTS, now=earlier.due)) == [(OPEN, changed)]
    ((moved, waits),) = decide([OPEN], [earlier], replace(FACTS, now=earlier.due - 1))
    assert moved.occurrence == earlier
    assert waits.outcome is None
    kept = replace(OPEN, outcome=Outcome.KEPT, reason=OutcomeReason.DONE)
    ((same, _),) = decide([kept], [], FACTS)
    assert same == kept


def test_occurrences_are_expected_up_to_the_first_that_has_not_opened() -> None:
    assert list(to_the_next([DUE, NEXT], DUE.opens - 1)) == [DUE]
    assert list(to_the_next([DUE, NEXT], DUE.opens)) == [DUE, NEXT]


def test_events_are_known_through_the_last_reading_of_each_source_that_brings_them() -> None:
    kinds = frozenset({"attendance"})
    well, out = Feed(5, 5, 1, kinds), Feed(8, 6, 1, kinds, out_since=4)
    failing, half = Feed(8, 6, 1, kinds), Feed(7, 7, 1, kinds, half_read_since=2)
    assert known_through([], "attendance", 9) == 9
    assert known_through([well], "attendance", 9) == 9
    assert known_through([well, out], "attendance", 9) == 4
    assert known_through([well, failing, half], "attendance", 9) == 6
    assert known_through([half], "attendance", 9) == 7


def test_a_kind_that_no_source_has_brought_yet_may_come_from_any_unless_clients_are_asked() -> None:
    well = Feed(tried=9, read=9, arrived=1, kinds=frozenset({"attendance"}))
    failing = Feed(tried=8, read=6, arrived=1)
    assert known_through([well, failing], "test", 9) == 6
    assert known_through([well, failing], "test", 9, asked=True) == 9
    assert known_through([well, failing], "attendance", 9) == 9
