"""The allowed transitions of the outbox; none leads back."""

from __future__ import annotations

from typing import get_args

from engine.model.message import DECISIONS, FINAL_STATES, TRANSITIONS, OutboxState

STATES: frozenset[OutboxState] = frozenset(get_args(OutboxState))
REPORTS: list[OutboxState] = ["accepted", "sent", "delivered", "undelivered", "failed"]


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == STATES


def test_nothing_leads_out_of_a_final_state() -> None:
    assert {state for state, to in TRANSITIONS.items() if not to} == FINAL_STATES


def test_every_state_but_the_first_is_come_to_and_every_one_ends() -> None:
    assert set[OutboxState]().union(*TRANSITIONS.values()) == STATES
    for state in STATES - FINAL_STATES:
        assert "delivered" in TRANSITIONS[state]


def test_a_report_counts_before_the_engine_knows_that_it_sent() -> None:
    for state in ("queued", "claimed", "unknown"):
        assert set(REPORTS) <= TRANSITIONS[state]


def test_reports_are_ranked() -> None:
    assert TRANSITIONS["accepted"] == {"sent", "delivered", "undelivered", "failed"}
    assert TRANSITIONS["sent"] == {"delivered", "undelivered", "failed"}


def test_what_the_carrier_took_never_goes_back_to_the_queue() -> None:
    for state in REPORTS:
        assert not TRANSITIONS[state] & DECISIONS


def test_a_message_in_doubt_is_not_claimed_for_sending_again_without_the_queue() -> None:
    assert [state for state, to in TRANSITIONS.items() if "claimed" in to] == ["queued"]
