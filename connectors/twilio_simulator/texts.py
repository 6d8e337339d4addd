"""One message as Twilio keeps it, and as its API shows it."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Literal

from engine.model.instant import Instant, from_us

Status = Literal["queued", "sent", "delivered", "undelivered", "failed", "received"]
FINAL: frozenset[Status] = frozenset({"delivered", "undelivered", "failed", "received"})
API_VERSION = "2010-04-01"


@dataclass(slots=True)
class CarrierMessage:
    """A message, with instants in microseconds since 1970.

    `valid_until` is the last instant at which it may still be sent.
    """

    sid: str
    to: str
    sender: str
    body: str
    direction: Literal["outbound-api", "outbound-reply", "inbound"]
    created_at: Instant
    status: Status = "queued"
    sent_at: Instant | None = None
    error_code: int | None = None
    service: str | None = None
    callback: str | None = None
    valid_until: Instant | None = None


def resource(text: CarrierMessage, account_sid: str) -> dict[str, object]:
    """Return a message in the form in which the API shows it."""
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{text.sid}"
    return {
        "sid": text.sid,
        "account_sid": account_sid,
        "messaging_service_sid": text.service,
        "to": text.to,
        "from": text.sender,
        "body": text.body,
        "status": text.status,
        "direction": text.direction,
        "date_created": _rfc2822(text.created_at),
        "date_updated": _rfc2822(text.sent_at or text.created_at),
        "date_sent": _rfc2822(text.sent_at),
        "error_code": text.error_code,
        "error_message": None if text.error_code is None else f"Error {text.error_code}",
        "num_segments": "1",
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def _rfc2822(at: Instant | None) -> str | None:
    return None if at is None else format_datetime(from_us(at))
