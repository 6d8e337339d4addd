"""When a link still signs in, and when a session still stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.access.sign_in import LinkState, SessionState, is_fresh, link_state, session_state
from engine.model.account import (
    FRESH_US,
    IDLE_US,
    LINK_US,
    SESSION_US,
    Account,
    AccountRole,
    Session,
    SignInLink,
)
from tests.kit.times import NOON

ACCOUNT = Account(1, "CM-1", AccountRole.CASE_MANAGER, "CM-1")
LINK = SignInLink(1, NOON + LINK_US, None)
SESSION = Session("h", 1, NOON, NOON, None)


def test_a_new_link_signs_in() -> None:
    assert link_state(LINK, ACCOUNT, NOON) is LinkState.USABLE


def test_a_link_signs_in_once() -> None:
    assert link_state(replace(LINK, used_at=NOON), ACCOUNT, NOON) is LinkState.USED


@pytest.mark.parametrize(("left", "state"), [(1, LinkState.USABLE), (0, LinkState.EXPIRED)])
def test_a_link_ends_after_a_day(left: int, state: LinkState) -> None:
    assert link_state(LINK, ACCOUNT, NOON + LINK_US - left) is state


def test_a_link_of_a_closed_account_signs_nobody_in() -> None:
    closed = replace(ACCOUNT, disabled_at=NOON)

    assert link_state(LINK, closed, NOON) is LinkState.DISABLED


def test_a_link_that_nobody_made_is_unknown() -> None:
    assert link_state(None, None, NOON) is LinkState.UNKNOWN


@pytest.mark.parametrize(("left", "state"), [(1, SessionState.LIVE), (0, SessionState.IDLE)])
def test_a_session_ends_a_quarter_of_an_hour_after_the_last_request(
    left: int, state: SessionState
) -> None:
    assert session_state(SESSION, ACCOUNT, NOON + IDLE_US - left) is state


@pytest.mark.parametrize(("left", "state"), [(1, SessionState.LIVE), (0, SessionState.TOO_OLD)])
def test_a_session_ends_after_twelve_hours_however_busy(left: int, state: SessionState) -> None:
    now = NOON + SESSION_US - left

    assert session_state(replace(SESSION, seen_at=now), ACCOUNT, now) is state


def test_a_clock_that_was_set_back_ends_a_session() -> None:
    assert session_state(SESSION, ACCOUNT, NOON - 1) is SessionState.TOO_OLD


def test_a_session_that_was_signed_out_stands_no_more() -> None:
    assert session_state(replace(SESSION, ended_at=NOON), ACCOUNT, NOON) is SessionState.ENDED


def test_a_session_of_a_closed_account_stands_no_more() -> None:
    closed = replace(ACCOUNT, disabled_at=NOON)

    assert session_state(SESSION, closed, NOON) is SessionState.DISABLED


def test_how_one_signs_in_may_change_for_a_quarter_of_an_hour_after_signing_in() -> None:
    assert [is_fresh(SESSION, NOON + after) for after in (0, FRESH_US - 1, FRESH_US, -1)] == [
        True,
        True,
        False,
        False,
    ]
