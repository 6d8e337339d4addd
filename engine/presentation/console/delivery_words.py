"""What became of a text, in the words of pages."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.message import MessageKind, OutboxState
from engine.model.notify_reason import NotifyReason
from engine.presentation.page_language import translate

STATES: Mapping[OutboxState, str] = {
    "queued": "waits to go out",
    "claimed": "is going out now",
    "unknown": "the carrier is asked whether it took it",
    "accepted": "with the carrier",
    "sent": "sent, arrival not reported yet",
    "delivered": "arrived",
    "undelivered": "did not arrive",
    "failed": "could not be sent",
    "expired": "was too old to be sent",
    "cancelled": "not sent, no longer needed",
}
KINDS: Mapping[MessageKind, str] = {
    MessageKind.STEP: "an alert",
    MessageKind.CALL: "a call about an alert",
    MessageKind.MAIL: "an e-mail about an alert",
    MessageKind.PUSH: "a push about an alert",
    MessageKind.WEBHOOK: "a webhook about an alert",
    MessageKind.NEWLY: "alerts of new rules",
    MessageKind.STORM: "many alerts at once",
    MessageKind.SNOOZE_OVER: "an alert after its snooze",
    MessageKind.REACHES_NOBODY: "an alert that reaches nobody",
    MessageKind.NOTICE: "news of an alert",
    MessageKind.WROTE_AGAIN: "the client wrote again",
    MessageKind.ASK: "a question",
    MessageKind.CLIENT_WORDS: "words of support",
    MessageKind.ANSWER: "a person's answer",
}
_NO_TEXT: Mapping[NotifyReason, str] = {
    NotifyReason.INACTIVE: "the client has not agreed to get texts",
    NotifyReason.NO_PHONE: "the roster has no number of the client",
    NotifyReason.OPTED_OUT: "the client's number said STOP",
}


def why_no_text(reason: NotifyReason) -> str:
    """Say why no text may go to a client; empty if one may, perhaps after quiet hours."""
    return translate(_NO_TEXT.get(reason, ""))
