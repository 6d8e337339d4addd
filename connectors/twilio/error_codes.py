"""Twilio's error codes: try again, give the number up, or stop the channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Outcome = Literal["unknown", "retry", "refused", "opted_out", "stopped"]

OPTED_OUT = 21610  # the number said STOP to us

_BY_CODE: Mapping[int, Outcome] = {
    20003: "stopped",  # wrong credentials
    20005: "stopped",  # account not active
    20404: "stopped",  # no such account
    20429: "retry",  # too many requests; not processed
    20500: "unknown",  # a fault of Twilio's; may have been processed
    21211: "refused",  # no phone number
    21212: "stopped",  # the sender is no phone number
    21217: "refused",  # no phone number
    # The number's country is not enabled. Other recipients can still be told, so the channel is not
    # stopped.
    21408: "refused",
    21603: "stopped",  # no sender
    21606: "stopped",  # the sender cannot send texts
    21608: "refused",  # not verified, on a trial account
    OPTED_OUT: "opted_out",
    21611: "retry",  # the sender's queue is full
    21612: "refused",  # cannot be reached from this sender
    21614: "refused",  # not a mobile number
    21635: "refused",  # a landline
    21659: "stopped",  # the sender is not Twilio's
    21660: "stopped",  # the sender is another account's
    21701: "stopped",  # no such messaging service
    21703: "stopped",  # a messaging service without a number
    21705: "stopped",  # no messaging service's id
    21730: "retry",  # maintenance
    30002: "stopped",  # account suspended
    30032: "stopped",  # toll-free number not verified
    30034: "stopped",  # number not registered for texts by programs
}
_WAITS: Mapping[int, int] = {21611: 60, 21730: 300}  # seconds; trying sooner is useless


def outcome_of(status: int, code: int | None) -> tuple[Outcome, int | None]:
    """Return the outcome of a refused request, and the seconds to wait before the next one.

    An unknown code counts by its HTTP status.
    """
    if code is not None and code in _BY_CODE:
        return _BY_CODE[code], _WAITS.get(code)
    if status == 429:
        return "retry", None
    if status in {401, 403, 404}:
        return "stopped", None
    if 400 <= status < 500 and status != 408:
        return "refused", None
    return "unknown", None
