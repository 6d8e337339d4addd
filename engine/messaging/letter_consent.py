"""Whether a letter may be handed out under a client's consents, and if not, why; pure.

It is asked before a letter is made, and again in the transaction that records the disclosure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.model.instant import Instant
from engine.model.letter import SCOPE_OF, LetterConsent
from engine.model.letter_template import LetterTemplate, LetterText


class LetterReason(StrEnum):
    """Why a letter may be handed out, or must not."""

    MAY_BE_HANDED_OUT = "may be handed out"
    NO_CONSENT = "the client has consented to no such letter"
    OTHER_PURPOSE = "the client's consent is for another purpose"
    NOT_YET = "the client's consent has not begun"
    EXPIRED = "the client's consent has expired"
    REVOKED = "the client has revoked the consent"
    SEVERAL_RECIPIENTS = "the client has consented for several recipients; name one"
    OUT_OF_SCOPE = "the letter says more than the client's consent covers"


@dataclass(frozen=True, slots=True)
class LetterDecision:
    """The answer, the consent that it rests on, and the fields that no consent covers."""

    reason: LetterReason
    consent: LetterConsent | None = None
    uncovered: tuple[str, ...] = ()


def decide_letter(
    consents: Sequence[LetterConsent],
    template: LetterTemplate,
    text: LetterText,
    recipient: str | None,
    now: Instant,
) -> LetterDecision:
    """Decide whether a letter may be handed out.

    Of several consents for one recipient and purpose the newest counts alone, so that a narrower
    one takes the place of a wider one.

    Args:
        consents: All that the client ever gave, the newest last.
        template: The letter.
        text: Its words in the language that is wanted.
        recipient: The recipient by name; None if the client has consented for one alone.
        now: The present instant.
    """
    wanted = recipient.casefold() if recipient else None
    of_kind = [
        one
        for one in consents
        if one.recipient_kind is template.to and wanted in {None, one.recipient.casefold()}
    ]
    if not of_kind:
        return LetterDecision(LetterReason.NO_CONSENT)
    newest = {one.recipient.casefold(): one for one in of_kind if one.purpose is template.purpose}
    if not newest:
        return LetterDecision(LetterReason.OTHER_PURPOSE, of_kind[-1])
    live = [one for one in newest.values() if _standing(one, now) is None]
    if len(live) > 1:
        return LetterDecision(LetterReason.SEVERAL_RECIPIENTS)
    if not live:
        last = max(newest.values(), key=lambda one: (one.given_at, one.id))
        return LetterDecision(_standing(last, now) or LetterReason.NO_CONSENT, last)
    uncovered = sorted(name for name in text.fields if SCOPE_OF[name] not in live[0].scope)
    if uncovered:
        return LetterDecision(LetterReason.OUT_OF_SCOPE, live[0], tuple(uncovered))
    return LetterDecision(LetterReason.MAY_BE_HANDED_OUT, live[0])


def _standing(one: LetterConsent, now: Instant) -> LetterReason | None:
    """Say why a consent does not hold now; None if it does."""
    if one.revoked_at is not None and one.revoked_at <= now:
        return LetterReason.REVOKED
    if now < one.given_at:
        return LetterReason.NOT_YET
    return LetterReason.EXPIRED if one.expires_at <= now else None
