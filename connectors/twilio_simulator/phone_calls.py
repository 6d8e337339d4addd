"""Calls at a local Twilio: they ring, and a test says what becomes of them.

https://www.twilio.com/docs/voice/api/call-resource.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Literal

from connectors.twilio_simulator.texts import API_VERSION
from engine.model.instant import Instant, from_us

CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"
]
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST = 4000  # characters of TwiML


@dataclass(slots=True)
class PhoneCall:
    """A call, with the instant of its making in microseconds since 1970."""

    sid: str
    to: str
    sender: str
    twiml: str
    created_at: Instant
    callback: str | None = None
    status: CallStatus = "queued"


def call_mistake(given: Mapping[str, str], number: str) -> tuple[int, str] | None:
    """Return Twilio's code and words for a request that it refuses; None for a right one."""
    to, twiml = given.get("To", ""), given.get("Twiml", "")
    checks = (
        (not to, 21201, "No 'To' number is specified"),
        (not _PHONE.fullmatch(to), 21211, f"The 'To' number {to} is not a valid phone number."),
        (not given.get("From"), 21213, "No 'From' number is specified"),
        (given.get("From") != number, 21210, "The 'From' number is not yours."),
        (not twiml and not given.get("Url"), 21205, "Url parameter is required."),
        (len(twiml) > _LONGEST, 21220, "The TwiML is too long."),
    )
    return next(((code, said) for wrong, code, said in checks if wrong), None)


def call_resource(call: PhoneCall, account_sid: str) -> dict[str, object]:
    """Return a call in the form in which the API shows it."""
    made = format_datetime(from_us(call.created_at))
    return {
        "sid": call.sid,
        "account_sid": account_sid,
        "to": call.to,
        "from": call.sender,
        "status": call.status,
        "direction": "outbound-api",
        "date_created": made,
        "date_updated": made,
        "start_time": None,
        "end_time": None,
        "duration": None,
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "answered_by": None,
        "uri": f"/{API_VERSION}/Accounts/{account_sid}/Calls/{call.sid}.json",
        "subresource_uris": {},
    }
