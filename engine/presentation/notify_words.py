"""The words of the reasons why a person was not notified."""

from __future__ import annotations

from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.presentation.page_language import in_language, translate

_WORDS: dict[NotifyReason | SettlementReason, str] = {
    NotifyReason.EXPIRED: "the text was too old",
    NotifyReason.MUTED: "muted for a time",
    NotifyReason.INACTIVE: "no longer active",
    NotifyReason.NO_PHONE: "no phone",
    NotifyReason.PHONE_UNCONFIRMED: "the number is not confirmed",
    NotifyReason.OPTED_OUT: "the number opted out",
    NotifyReason.ABSENT: "absent",
    NotifyReason.NOT_RESPONSIBLE: "no longer assigned or on call",
    NotifyReason.MENTOR_AS_STAFF: "a mentor, and told as one alone",
    NotifyReason.MENTOR_WITHOUT_CONSENT: "the client's consent is not valid",
    NotifyReason.MENTOR_ALONE: "a mentor is never told alone of what is urgent",
    NotifyReason.SUPPORTER_AS_STAFF: "a supporter, who is never told of an alert",
    NotifyReason.SUPPORTER_NOT_AGREED: "the supporter has not agreed to get texts",
    NotifyReason.SUPPORTER_WITHOUT_CONSENT: "the client's consent to the supporter is not valid",
    NotifyReason.OUT_OF_SCOPE: "the client's consent does not cover it",
    NotifyReason.NUMBER_SHARED: "the number is also a client's or a colleague's",
    NotifyReason.URGENT_FOR_STAFF: "what is urgent is for staff alone",
    NotifyReason.ENOUGH_TODAY: "the supporter has had enough texts today",
    NotifyReason.STAFF_FIRST: "the staff hear first",
    NotifyReason.ROLE_VACANT: "nobody has this role",
    NotifyReason.ROTATION_NOT_BEGUN: "it has not begun",
    NotifyReason.ROTATION_OFF_HOURS: "no rotation has its hours",
    NotifyReason.NOT_AMONG_STAFF: "its person is not among the staff",
    SettlementReason.NO_ADDRESS: "no address of this way",
    SettlementReason.REFUSED: "the carrier refused the text",
    SettlementReason.NEVER_KNOWN: "nobody can say whether the text was sent",
}


def in_words(
    reason: NotifyReason | SettlementReason,
    stand_in: str | None = None,
    rotation: str | None = None,
) -> str:
    """Say why a person was not notified.

    Args:
        reason: The decision's reason.
        stand_in: The ref of the person who was told instead.
        rotation: The name of the rotation that the reason is about.
    """
    said = translate(_WORDS.get(reason, reason.replace("_", " ")))
    said = (
        in_language("the rotation {name}: {said}", name=rotation, said=said) if rotation else said
    )
    return in_language("{said}; {name} stands in", said=said, name=stand_in) if stand_in else said
