"""What Twilio's statuses of a message mean for its way through the outbox."""

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


def report_of(message_id: int, sid: str, status: str, error_code: str | None) -> Report | None:
    """Return what Twilio says of a message in the engine's words; None for a status of no meaning.

    Args:
        message_id: the outbox row's id.
        sid: Twilio's id of the message.
        status: Twilio's word.
        error_code: Twilio's error code in digits, None or empty where there is none.
    """
    state = _STATES.get(status)
    if state is None:
        return None
    return Report(message_id, sid, state, error_code or None, error_code == str(OPTED_OUT))
