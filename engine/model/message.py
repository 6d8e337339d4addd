"""Messages: one SMS out, and what a gateway says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OutboxState = Literal[
    "queued",
    "claimed",
    "accepted",
    "unknown",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "expired",
    "cancelled",
]
FINAL_STATES: frozenset[OutboxState] = frozenset({"delivered", "undelivered", "failed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One outgoing message as a gateway is given it; `id` is the outbox row's, by which it can be found again."""

    id: int
    to: str  # E.164
    body: str
    created_at: int  # microseconds since 1970
    valid_for: int | None = None  # seconds the carrier may keep trying
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a gateway reported.

    accepted: taken, with the carrier's `provider_id`. unknown: may or may not have been taken (time-out, 5xx); look
    it up before anything is sent again. retry: certainly not taken, safe to try again after `retry_after` seconds.
    refused: never to be tried again on this number. opted_out: the number said STOP. stopped: the channel itself is
    broken (credentials, sender); tell the admin.
    """

    outcome: Literal["accepted", "unknown", "retry", "refused", "opted_out", "stopped"]
    provider_id: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    retry_after: int | None = None
