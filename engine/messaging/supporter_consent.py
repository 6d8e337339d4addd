"""Whether a supporter may be told something now, and under which consent; pure.

`may_notify` asks here, so every text to a supporter is decided in this one place.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.instant import Instant
from engine.model.message import TO_SUPPORTERS, MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.staff import Consent, SupporterFacts
from engine.model.supporter import SCOPES, covers


def may_tell_supporter(
    facts: SupporterFacts, consents: Sequence[Consent], kind: MessageKind | None, now: Instant
) -> tuple[NotifyReason | None, Consent | None]:
    """Decide whether a supporter may be told something.

    Args:
        facts: The facts about the supporter at `now`.
        consents: The client's consents to them, the newest last.
        kind: What they would be told; None for an alert.
        now: The present instant.

    Returns:
        The first reason against it, or None; and the consent that covers it, if it needs one.
    """
    if kind not in TO_SUPPORTERS:
        return NotifyReason.SUPPORTER_AS_STAFF, None
    if not facts.agreed or (kind is MessageKind.LESSON and facts.series is None):
        return NotifyReason.SUPPORTER_NOT_AGREED, None
    if facts.shared:
        return NotifyReason.NUMBER_SHARED, None
    if kind is MessageKind.LESSON:
        return None, None
    consent = consent_in_force(consents, now)
    if consent is None:
        return NotifyReason.SUPPORTER_WITHOUT_CONSENT, None
    if not covers(consent.scope, SCOPES[kind]):
        return NotifyReason.OUT_OF_SCOPE, None
    return None, consent


def consent_in_force(consents: Sequence[Consent], now: Instant) -> Consent | None:
    """Return the consent that counts at `now`; None if it has ended.

    The newest that has begun counts alone, so that a narrower one takes the place of a wider one.
    Unlike one to a mentor, it must have an end.

    Args:
        consents: The client's consents to one supporter, the newest last.
        now: The present instant.
    """
    begun = [one for one in consents if one.given_at <= now]
    newest = begun[-1] if begun else None
    stands = newest is not None and newest.expires_at is not None and newest.valid(now)
    return newest if stands else None
