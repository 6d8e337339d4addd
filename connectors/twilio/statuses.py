"""Twilio's statuses of a message, in the outbox's terms."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.twilio.error_codes import OPTED_OUT
from engine.model.message import Report, ReportedState

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
_STATES: Mapping[str, ReportedState] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
# https://www.twilio.com/docs/voice/api/call-resource#call-status-values. A call that was taken, by
# a person or by a machine, has arrived; whether anybody answers is said by a key alone.
_CALL_STATES: Mapping[str, ReportedState] = {
    "queued": "accepted",
    "initiated": "accepted",
    "ringing": "accepted",
    "in-progress": "sent",
    "completed": "delivered",
    "busy": "undelivered",
    "no-answer": "undelivered",
    "canceled": "undelivered",
    "failed": "failed",
}


def report_of_call(message_id: int, sid: str, status: str) -> Report | None:
    """Return Twilio's report about a call in the engine's terms; None for an unknown status.

    Args:
        message_id: The outbox row's id.
        sid: Twilio's id of the call.
        status: Twilio's word.
    """
    state = _CALL_STATES.get(status)
    code = status if state in {"undelivered", "failed"} else None
    return None if state is None else Report(message_id, sid, state, code)


def report_of(message_id: int, sid: str, status: str, error_code: str | None) -> Report | None:
    """Return Twilio's report in the engine's terms; None for a status without a meaning.

    Args:
        message_id: The outbox row's id.
        sid: Twilio's id of the message.
        status: Twilio's word.
        error_code: Twilio's error code in digits; None or empty if there is none.
    """
    state = _STATES.get(status)
    if state is None:
        return None
    return Report(message_id, sid, state, error_code or None, error_code == str(OPTED_OUT))
