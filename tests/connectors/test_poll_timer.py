"""A source that is asked at intervals is asked sooner if it says that it has something new."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.poll_timer import NEAREST, PollTimer
from engine.errors import UserError
from engine.model.instant import MINUTE_US, from_us
from tests.kit.times import NOON

AT = from_us(NOON)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def timer() -> PollTimer:
    timer = PollTimer(5 * MINUTE_US)
    assert timer.is_due(AT)
    timer.went_well(AT)
    return timer


def test_a_nudge_makes_it_due_once_and_not_at_once_again(timer: PollTimer) -> None:
    assert not timer.is_due(AT + MINUTE)
    timer.nudge()
    timer.nudge()
    assert not timer.is_due(AT + NEAREST / 2)
    assert timer.is_due(AT + NEAREST)
    timer.went_well(AT + NEAREST)
    assert not timer.is_due(AT + MINUTE)
    assert timer.is_due(AT + NEAREST + 5 * MINUTE)


def test_a_nudge_during_a_reading_counts_for_the_next_one(timer: PollTimer) -> None:
    timer.nudge()
    assert timer.is_due(AT + MINUTE)
    timer.nudge()
    timer.went_well(AT + MINUTE)
    assert timer.is_due(AT + 2 * MINUTE)


def test_a_source_that_asked_for_patience_is_left_alone_all_the_same(timer: PollTimer) -> None:
    timer.failed(AT, UserError("busy"), timedelta(hours=1))
    timer.nudge()
    with pytest.raises(UserError, match="busy"):
        timer.is_due(AT + 30 * MINUTE)
    assert timer.is_due(AT + 60 * MINUTE)
