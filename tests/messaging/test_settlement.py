"""The settlement of a message: the reasons against sending it, and the gateway's answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.messaging.circuit_breaker import LONGEST_US as STOPPED_FOR_US
from engine.messaging.eligibility import NotifyDecision
from engine.messaging.retry import back_off
from engine.messaging.settlement import (
    ASKED_FOR_US,
    LOOK_UP_AFTER_US,
    after_look_up,
    after_send,
    hindrance,
)
from engine.model.instant import SECOND_US
from engine.model.message import Claimed, MessageKind, SendResult, Settlement
from engine.model.notify_reason import NotifyReason, SettlementReason
from tests.kit.times import HOUR

NOW = 1_800_000_000 * SECOND_US
MESSAGE = Claimed(
    id=5,
    state="claimed",
    alert_id=17,
    step=0,
    staff_id=1,
    kind=MessageKind.STEP,
    body="…",
    created_at=NOW,
    expires_at=NOW + HOUR,
    attempts=2,
)
IN_DOUBT = replace(MESSAGE, state="unknown")


@pytest.mark.parametrize("reason", NotifyReason)
def test_an_obstacle_ends_a_message_or_delays_it(reason: NotifyReason) -> None:
    settlement = hindrance(NotifyDecision(reason, until=NOW + HOUR))
    if reason == NotifyReason.ALLOWED:
        assert settlement is None
    elif reason in {NotifyReason.QUIET_HOURS, NotifyReason.STAFF_FIRST}:
        assert settlement == Settlement("queued", reason, due_at=NOW + HOUR)
    else:
        assert settlement is not None
        assert settlement.state == ("expired" if reason == "expired" else "cancelled")


@pytest.mark.parametrize(
    ("reason", "goes_on"),
    [
        (NotifyReason.ALERT_RESOLVED, False),
        (NotifyReason.INHIBITED, False),
        (NotifyReason.INACTIVE, True),
        (NotifyReason.MENTOR_WITHOUT_CONSENT, True),
        (NotifyReason.EXPIRED, True),
    ],
)
def test_the_alert_goes_on_if_the_obstacle_is_the_recipients_alone(
    reason: NotifyReason, goes_on: bool
) -> None:
    settlement = hindrance(NotifyDecision(reason))
    assert settlement is not None
    assert settlement.passed_over == goes_on


def test_a_message_that_was_taken_keeps_the_carriers_id() -> None:
    taken = SendResult("accepted", provider_id="SM1")
    assert after_send(MESSAGE, taken, NOW) == Settlement(
        "accepted", SettlementReason.ACCEPTED, result=taken
    )


def test_a_message_that_may_have_been_taken_is_looked_up_when_the_carrier_must_know() -> None:
    settlement = after_send(MESSAGE, SendResult("unknown"), NOW)
    assert (settlement.state, settlement.due_at) == ("unknown", NOW + LOOK_UP_AFTER_US)


def test_a_message_that_was_not_taken_is_tried_again_later() -> None:
    settlement = after_send(MESSAGE, SendResult("retry"), NOW)
    assert (settlement.state, settlement.due_at) == (
        "queued",
        NOW + back_off(attempts=2, message_id=5),
    )


def test_the_carrier_is_given_the_time_that_it_asks_for() -> None:
    assert after_send(MESSAGE, SendResult("retry", retry_after=3600), NOW).due_at == NOW + HOUR


@pytest.mark.parametrize("outcome", ["refused", "opted_out"])
def test_a_number_that_cannot_be_reached_passes_its_owner_over(outcome: str) -> None:
    settlement = after_send(MESSAGE, SendResult(outcome), NOW)  # type: ignore[arg-type]
    assert (settlement.state, settlement.passed_over) == ("failed", True)


def test_a_broken_channel_keeps_the_message_until_it_works() -> None:
    settlement = after_send(MESSAGE, SendResult("stopped"), NOW)
    assert (settlement.state, settlement.due_at, settlement.passed_over) == (
        "queued",
        NOW + STOPPED_FOR_US,
        False,
    )


def test_what_the_carrier_never_took_is_sent_at_once() -> None:
    settlement = after_look_up(IN_DOUBT, None, NOW)
    assert (settlement.state, settlement.due_at) == ("queued", NOW)


def test_what_the_carrier_had_taken_is_not_sent_again() -> None:
    found = SendResult("accepted", provider_id="SM1")
    assert after_look_up(IN_DOUBT, found, NOW) == Settlement(
        "accepted", SettlementReason.FOUND, result=found
    )


@pytest.mark.parametrize("outcome", ["unknown", "stopped", "retry"])
def test_a_carrier_that_cannot_say_is_asked_again_later(outcome: str) -> None:
    settlement = after_look_up(IN_DOUBT, SendResult(outcome), NOW)  # type: ignore[arg-type]
    assert (settlement.state, settlement.due_at) == ("unknown", NOW + back_off(2, 5))


def test_nobody_asks_for_longer_than_the_message_has_time() -> None:
    assert after_look_up(IN_DOUBT, SendResult("unknown"), NOW + HOUR).state == "expired"


def test_a_message_without_a_time_of_its_own_is_given_up_after_a_day() -> None:
    endless = replace(IN_DOUBT, expires_at=None)
    assert after_look_up(endless, SendResult("unknown"), NOW + ASKED_FOR_US - 1).state == "unknown"
    assert after_look_up(endless, SendResult("unknown"), NOW + ASKED_FOR_US).state == "expired"
