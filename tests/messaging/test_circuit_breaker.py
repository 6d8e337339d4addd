"""The circuit breaker opens after repeated failures, tries again, and closes on success."""

from __future__ import annotations

from itertools import accumulate

import pytest

from engine.messaging.circuit_breaker import (
    LONGEST_US,
    OPENS_AFTER,
    SHORTEST_US,
    after_contact,
)
from engine.model.channel import Channel
from engine.model.message import SendResult

NOW = 1_000_000
FAILS = SendResult("unknown", error_code="503", answered=False)
UNREACHED = SendResult("retry", answered=False)
BUSY = SendResult("retry", error_code="20429")
STOPPED = SendResult("stopped", error_code="20003")
TAKEN = SendResult("accepted", provider_id="SM1")


def after(*results: SendResult | None) -> Channel:
    return list(
        accumulate(
            results, lambda channel, result: after_contact(channel, result, NOW), initial=Channel()
        )
    )[-1]


@pytest.mark.parametrize("failure", [FAILS, UNREACHED])
def test_failures_in_a_row_stop_it(failure: SendResult) -> None:
    almost = [failure] * (OPENS_AFTER - 1)
    assert after(*almost).stopped_until is None
    opened = after(*almost, failure)
    assert (opened.since, opened.stopped_until) == (NOW, NOW + SHORTEST_US)


@pytest.mark.parametrize("answer", [TAKEN, None, SendResult("refused", error_code="21614")])
def test_any_proper_answer_resets_the_count_and_starts_it_again(
    answer: SendResult | None,
) -> None:
    assert after(*[FAILS] * (OPENS_AFTER - 1), answer) == Channel()
    assert after(*[FAILS] * OPENS_AFTER, answer) == Channel()


def test_being_busy_is_neither_a_failure_nor_a_proof() -> None:
    assert after(*[BUSY] * 20) == Channel()
    assert after(*[FAILS] * 3, BUSY).failures == 3


def test_each_failed_attempt_doubles_the_wait_up_to_a_limit_and_the_stop_began_at_the_first() -> (
    None
):
    channel = after(*[FAILS] * OPENS_AFTER)
    waits = []
    for _ in range(5):
        tried_at = channel.stopped_until
        assert tried_at is not None
        channel = after_contact(channel, FAILS, tried_at)
        assert channel.stopped_until is not None
        waits.append(channel.stopped_until - tried_at)
    assert waits == [2 * SHORTEST_US, 4 * SHORTEST_US, LONGEST_US, LONGEST_US, LONGEST_US]
    assert channel.since == NOW


def test_a_failure_while_the_channel_is_stopped_makes_no_later_attempt_wait_longer() -> None:
    channel = after(*[FAILS] * OPENS_AFTER)
    assert after_contact(channel, FAILS, NOW + 1) == channel


def test_a_fault_of_the_channel_itself_stops_it_at_once() -> None:
    assert after(STOPPED) == Channel(0, NOW, NOW + LONGEST_US, "20003")
