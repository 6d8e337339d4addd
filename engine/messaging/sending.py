"""Decisions about one message: whether it may still go out, and what becomes of it after the gateway answered."""

from __future__ import annotations

from engine.messaging.circuit_breaker import LONGEST_US
from engine.messaging.retry import back_off
from engine.model.instant import DAY_US, LAST_US, MINUTE_US, SECOND_US, Instant
from engine.model.message import Claimed, SendResult, Settlement, Standing

# A carrier may take a message some seconds after it let us time out; asked at once, it would not yet know of it.
LOOK_UP_AFTER_US = MINUTE_US
# The carrier drops what it could not hand over by the time at which the next recipient is told; but it gets a moment.
SHORTEST_VALIDITY_US = MINUTE_US
# How long the carrier is asked about a message without a time of its own before it is given up.
ASKED_FOR_US = DAY_US

ABSENT = "the recipient is absent"


def hindrance(
    message: Claimed, standing: Standing, sendable_at: Instant, now: Instant
) -> Settlement | None:
    """What speaks against sending at `now`, by how things stand at this moment; None where nothing does.

    `sendable_at` is when the recipient's quiet hours let it pass: `now`, or later.
    """
    if message.expires_at is not None and message.expires_at <= now:
        return Settlement("expired", "its time ran out", passed_over=True)
    taken = standing.alert_state == "acknowledged" and standing.reminds
    if standing.alert_state not in {None, "open"} and not (standing.notice or taken):
        return Settlement("cancelled", f"the alert is {standing.alert_state}")
    if standing.untold is not None:
        return Settlement("cancelled", standing.untold)
    if not standing.recipient.active:
        return Settlement("cancelled", "the recipient is no longer active", passed_over=True)
    if standing.recipient.phone is None:
        return Settlement("cancelled", "the recipient has no phone", passed_over=True)
    if standing.opted_out:
        return Settlement("cancelled", "the number has opted out", passed_over=True)
    if standing.absent:
        return Settlement("cancelled", ABSENT, passed_over=True)
    if not standing.consented:
        return Settlement("cancelled", "the client's consent is not valid", passed_over=True)
    if sendable_at > now:
        return Settlement("queued", "the recipient has quiet hours", due_at=sendable_at)
    return None


def valid_for(message: Claimed, standing: Standing, now: Instant) -> int | None:
    """How many seconds the carrier may keep trying: until the next recipient is told, or the message's own end."""
    ends = [at for at in (message.expires_at, standing.next_step_at) if at is not None]
    return max(min(ends) - now, SHORTEST_VALIDITY_US) // SECOND_US if ends else None


def after_send(message: Claimed, result: SendResult, now: Instant) -> Settlement:
    """What becomes of a message that was handed to the gateway."""
    later = now + back_off(message.attempts, message.id)
    match result.outcome:
        case "accepted":
            return Settlement("accepted", "the carrier took it", result=result)
        case "unknown":
            return Settlement(
                "unknown", "the carrier may have taken it", now + LOOK_UP_AFTER_US, result
            )
        case "retry":
            asked = now + (result.retry_after or 0) * SECOND_US
            return Settlement("queued", "the carrier did not take it", max(later, asked), result)
        case "stopped":
            return Settlement("queued", "the channel is broken", now + LONGEST_US, result)
        case "opted_out":
            return Settlement("failed", "the number has opted out", result=result, passed_over=True)
        case "refused":
            return Settlement("failed", "the carrier refused it", result=result, passed_over=True)


def after_look_up(message: Claimed, found: SendResult | None, now: Instant) -> Settlement:
    """What becomes of a message that may have been sent, after the gateway was asked; `found` as from `look_up`."""
    if found is None:
        return Settlement("queued", "the carrier never took it", due_at=now)
    if found.outcome == "accepted":
        return Settlement("accepted", "the carrier had taken it", result=found)
    if min(message.expires_at or LAST_US, message.created_at + ASKED_FOR_US) <= now:
        return Settlement(
            "expired", "nobody can say whether it was sent", result=found, passed_over=True
        )
    later = now + back_off(message.attempts, message.id)
    return Settlement("unknown", "the carrier cannot say yet", later, found)
