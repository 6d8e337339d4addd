"""May this recipient be notified about this alert now, and if not, why; pure.

Escalation, delivery, replies and preview all ask here before they tell a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.messaging.consent import consent_to
from engine.messaging.supporter_consent import may_tell_supporter
from engine.model.alert import Alert, AlertState
from engine.model.instant import MINUTE_US, Instant
from engine.model.message import (
    BESIDE_ALERTS,
    FOR_ANYBODY,
    NEWS,
    PASSES_QUIET_HOURS,
    Claimed,
    MessageKind,
)
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Consent, RecipientFacts

# How soon a supporter's text is looked at again if the staff have not heard yet.
_STAFF_FIRST_US = 15 * MINUTE_US
# These tell of an alert although a person has taken it.
_TELLS_AGAIN = (MessageKind.REMINDER, MessageKind.REACHES_NOBODY)
_NOT_OPEN: dict[AlertState, NotifyReason] = {
    "acknowledged": NotifyReason.ALERT_ACKNOWLEDGED,
    "snoozed": NotifyReason.ALERT_SNOOZED,
    "resolved": NotifyReason.ALERT_RESOLVED,
}


@dataclass(frozen=True, slots=True)
class NotifyDecision:
    """Whether a recipient may be notified now, and the reason; the consent that it rests on."""

    reason: NotifyReason
    consent: Consent | None = None
    until: Instant | None = None  # when quiet hours or a mute end

    @property
    def allowed(self) -> bool:
        """Whether the recipient may be notified now."""
        return self.reason == NotifyReason.ALLOWED


def may_notify(
    recipient: RecipientFacts,
    now: Instant,
    *,
    alert: Alert | None = None,
    told_at: Instant | None = None,
    message: Claimed | None = None,
    sendable_at: Instant | None = None,
    muted_until: Instant | None = None,
) -> NotifyDecision:
    """Decide whether a recipient may be notified now.

    Args:
        recipient: The facts about the recipient at `now`.
        now: The present instant.
        alert: The alert to tell of; None if only the recipient counts.
        told_at: When people were last told of the alert, or a person took it.
        message: The text that tells it; None if it is not written yet.
        sendable_at: When the recipient's quiet hours let a text pass; None if they do not count.
        muted_until: When the mute of the alert ends; None if it is not muted.

    Returns:
        The first reason against it, in the order of the checks, or `ALLOWED`.
    """
    against = alert and _of_alert(alert, told_at, message)
    if against is None and muted_until is not None and _tells(message):
        return NotifyDecision(NotifyReason.MUTED, until=muted_until)
    if message is not None and message.expires_at is not None and message.expires_at <= now:
        return NotifyDecision(NotifyReason.EXPIRED)
    against = against or _of_recipient(recipient, message)
    if against is not None:
        return NotifyDecision(against)
    consent = consent_to(recipient.consents, now) if recipient.as_mentor else None
    if recipient.as_mentor and consent is None:
        return NotifyDecision(NotifyReason.MENTOR_WITHOUT_CONSENT)
    if recipient.supporter is not None and (message is None or message.kind not in FOR_ANYBODY):
        kind = message.kind if message else None
        why, consent = may_tell_supporter(recipient.supporter, recipient.consents, kind, now)
        if why is not None:
            return NotifyDecision(why)
        if kind in BESIDE_ALERTS and told_at is None:
            return NotifyDecision(NotifyReason.STAFF_FIRST, until=now + _STAFF_FIRST_US)
    if sendable_at is not None and sendable_at > now:
        return NotifyDecision(NotifyReason.QUIET_HOURS, until=sendable_at)
    return NotifyDecision(NotifyReason.ALLOWED, consent)


def may_act(recipient: RecipientFacts, now: Instant) -> NotifyDecision:
    """Decide whether a person who was told of an alert may act on it and be answered about it.

    Unlike notification, this needs neither a phone nor presence, because the person wrote.
    """
    if recipient.supporter is not None:
        return NotifyDecision(NotifyReason.SUPPORTER_AS_STAFF)
    if not recipient.responsible:
        return NotifyDecision(NotifyReason.NOT_RESPONSIBLE)
    consent = consent_to(recipient.consents, now) if recipient.as_mentor else None
    if recipient.as_mentor and consent is None:
        return NotifyDecision(NotifyReason.MENTOR_WITHOUT_CONSENT)
    return NotifyDecision(NotifyReason.ALLOWED, consent)


def passes_quiet_hours(alert: Alert | None, message: Claimed) -> bool:
    """Return whether a message may disturb quiet hours, because it is urgent."""
    return message.kind in PASSES_QUIET_HOURS or (alert is not None and alert.severity == "urgent")


def _tells(message: Claimed | None) -> bool:
    """Return whether a message tells of an alert, and not of news to people who know of it."""
    return message is None or message.kind not in NEWS


def _of_alert(
    alert: Alert, told_at: Instant | None, message: Claimed | None
) -> NotifyReason | None:
    kind = message.kind if message else None
    # Decided when it was known who has the alert, and nobody has taken it since.
    again = message is not None and kind in _TELLS_AGAIN and message.created_at >= (told_at or 0)
    # Good news stays good news when a person has taken it.
    good = kind is MessageKind.SUPPORTER_MILESTONE and alert.state != "resolved"
    expected = kind in NEWS or good or (alert.state == "acknowledged" and again)
    if alert.state != "open" and not expected:
        return _NOT_OPEN[alert.state]
    if alert.shadow:
        return NotifyReason.RULE_IN_SHADOW
    if alert.inhibited_by is not None:
        return NotifyReason.INHIBITED
    if kind in BESIDE_ALERTS and alert.severity == "urgent":
        return NotifyReason.URGENT_FOR_STAFF
    return NotifyReason.DATA_MISSING if alert.in_doubt else None


def _of_recipient(recipient: RecipientFacts, message: Claimed | None) -> NotifyReason | None:
    # News that only operators can know is useful to them wherever they are.
    to_operators = message is not None and (
        (message.alert_id is None and message.kind != MessageKind.ON_CALL)
        or message.kind in PASSES_QUIET_HOURS
    )
    if not recipient.staff.active:
        return NotifyReason.INACTIVE
    if recipient.staff.phone is None:
        return NotifyReason.NO_PHONE
    if recipient.opted_out:
        return NotifyReason.OPTED_OUT
    asks = message is not None and message.kind == MessageKind.CONFIRM_PHONE
    if recipient.unconfirmed and not asks:
        return NotifyReason.PHONE_UNCONFIRMED
    if recipient.absent and not to_operators:
        return NotifyReason.ABSENT
    if not recipient.responsible and not to_operators:
        return NotifyReason.NOT_RESPONSIBLE
    return None
