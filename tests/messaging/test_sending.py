"""What becomes of a message: what speaks against sending it, and what follows from the gateway's answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.messaging.circuit_breaker import LONGEST_US as STOPPED_FOR_US
from engine.messaging.retry import back_off
from engine.messaging.sending import (
    ASKED_FOR_US,
    LOOK_UP_AFTER_US,
    after_look_up,
    after_send,
    hindrance,
)
from engine.model.alert import AlertState
from engine.model.instant import SECOND_US
from engine.model.message import Claimed, MessageKind, SendResult, Settlement, Standing
from engine.model.staff import Staff
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
RECIPIENT = Staff(1, "S-1", "case_manager", "+15550100", "UTC", None, None)
STANDING = Standing(
    "open",
    urgent=False,
    reminds=False,
    untold=None,
    recipient=RECIPIENT,
    consented=True,
    others=frozenset(),
)


def hindered(standing: Standing, now: int = NOW, sendable_at: int = NOW) -> Settlement:
    found = hindrance(MESSAGE, standing, sendable_at, now)
    assert found is not None
    return found


def test_nothing_hinders_a_message_about_an_open_alert_to_somebody_who_can_be_told() -> None:
    assert hindrance(MESSAGE, STANDING, NOW, NOW) is None


def test_a_message_about_no_alert_needs_none() -> None:
    assert hindrance(MESSAGE, replace(STANDING, alert_state=None), NOW, NOW) is None


@pytest.mark.parametrize("state", ["acknowledged", "snoozed", "resolved"])
def test_an_alert_that_is_not_open_any_more_cancels_and_escalates_nothing(
    state: AlertState,
) -> None:
    assert hindered(replace(STANDING, alert_state=state)) == Settlement(
        "cancelled", f"the alert is {state}"
    )


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (
            replace(STANDING, recipient=replace(RECIPIENT, active=False)),
            "the recipient is no longer active",
        ),
        (replace(STANDING, recipient=replace(RECIPIENT, phone=None)), "the recipient has no phone"),
        (replace(STANDING, consented=False), "the client's consent is not valid"),
    ],
)
def test_somebody_who_cannot_be_told_any_more_is_passed_over(standing: Standing, why: str) -> None:
    assert hindered(standing) == Settlement("cancelled", why, passed_over=True)


def test_a_message_past_its_time_is_not_sent() -> None:
    assert hindered(STANDING, now=NOW + HOUR).state == "expired"


def test_quiet_hours_put_a_message_off_to_their_end() -> None:
    put_off = hindered(STANDING, sendable_at=NOW + HOUR)
    assert (put_off.state, put_off.due_at, put_off.passed_over) == ("queued", NOW + HOUR, False)


def test_a_message_that_was_taken_keeps_the_carriers_id() -> None:
    taken = SendResult("accepted", provider_id="SM1")
    assert after_send(MESSAGE, taken, NOW) == Settlement(
        "accepted", "the carrier took it", result=taken
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


def test_a_broken_channel_keeps_the_message_for_when_it_is_mended() -> None:
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
        "accepted", "the carrier had taken it", result=found
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
