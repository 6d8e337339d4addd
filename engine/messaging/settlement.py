"""The settlement of one message: it waits, ends, is tried again, or was accepted; pure.

Whether its recipient may be told at all is decided in eligibility.py, and under which consent in
consent.py.
"""

from __future__ import annotations

from engine.messaging.circuit_breaker import LONGEST_US
from engine.messaging.eligibility import NotifyDecision
from engine.messaging.retry import back_off
from engine.model.instant import DAY_US, LAST_US, MINUTE_US, SECOND_US, Instant
from engine.model.message import Claimed, SendResult, Settlement, Standing
from engine.model.notify_reason import NotifyReason, SettlementReason

# A carrier may take a message some seconds after its answer timed out. A question at once would
# find nothing.
LOOK_UP_AFTER_US = MINUTE_US
# The carrier drops a message that it could not deliver by the time the next recipient is told. It
# always gets this long.
SHORTEST_VALIDITY_US = MINUTE_US
# The carrier is asked this long about a message without an end of its own.
ASKED_FOR_US = DAY_US

# These concern the alert itself, so the next step comes no sooner.
_OF_ALERT = {
    NotifyReason.ALERT_ACKNOWLEDGED,
    NotifyReason.ALERT_SNOOZED,
    NotifyReason.ALERT_RESOLVED,
    NotifyReason.RULE_IN_SHADOW,
    NotifyReason.INHIBITED,
    NotifyReason.DATA_MISSING,
}


def hindrance(decision: NotifyDecision) -> Settlement | None:
    """Return the settlement of a message that must wait or end; None if it can go now."""
    match decision.reason:
        case NotifyReason.ALLOWED:
            return None
        case NotifyReason.QUIET_HOURS | NotifyReason.STAFF_FIRST:
            return Settlement("queued", decision.reason, due_at=decision.until)
        case NotifyReason.MUTED:
            return Settlement("cancelled", decision.reason, due_at=decision.until, passed_over=True)
        case NotifyReason.EXPIRED:
            return Settlement("expired", decision.reason, passed_over=True)
        case reason:
            return Settlement("cancelled", reason, passed_over=reason not in _OF_ALERT)


def valid_for(message: Claimed, standing: Standing, now: Instant) -> int | None:
    """Return how many seconds the carrier may keep trying; None if it has no limit.

    It may until the next recipient is told, or until the message's own end.
    """
    ends = [at for at in (message.expires_at, standing.next_step_at) if at is not None]
    return max(min(ends) - now, SHORTEST_VALIDITY_US) // SECOND_US if ends else None


def after_send(message: Claimed, result: SendResult, now: Instant) -> Settlement:
    """Return the settlement of a message after the gateway's answer."""
    later = now + back_off(message.attempts, message.id)
    match result.outcome:
        case "accepted":
            return Settlement("accepted", SettlementReason.ACCEPTED, result=result)
        case "unknown":
            return Settlement(
                "unknown", SettlementReason.MAYBE_ACCEPTED, now + LOOK_UP_AFTER_US, result
            )
        case "retry":
            asked = now + (result.retry_after or 0) * SECOND_US
            return Settlement("queued", SettlementReason.NOT_ACCEPTED, max(later, asked), result)
        case "stopped":
            return Settlement("queued", SettlementReason.CHANNEL_STOPPED, now + LONGEST_US, result)
        case "opted_out":
            return Settlement("failed", NotifyReason.OPTED_OUT, result=result, passed_over=True)
        case "refused":
            return Settlement("failed", SettlementReason.REFUSED, result=result, passed_over=True)


def after_look_up(message: Claimed, found: SendResult | None, now: Instant) -> Settlement:
    """Return the settlement of a message that may have been sent, after a look-up.

    Args:
        message: The message.
        found: The result of `look_up`.
        now: The present instant.
    """
    if found is None:
        return Settlement("queued", SettlementReason.NEVER_ACCEPTED, due_at=now)
    if found.outcome == "accepted":
        return Settlement("accepted", SettlementReason.FOUND, result=found)
    if min(message.expires_at or LAST_US, message.created_at + ASKED_FOR_US) <= now:
        return Settlement("expired", SettlementReason.NEVER_KNOWN, result=found, passed_over=True)
    later = now + back_off(message.attempts, message.id)
    return Settlement("unknown", SettlementReason.NOT_YET_KNOWN, later, found)
