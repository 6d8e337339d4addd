"""A text that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.model.instant import Instant

CarrierKeyword = Literal["stop", "start", "help"]


@dataclass(frozen=True, slots=True)
class Inbound:
    """One text as the carrier handed it over; `provider_id` is the carrier's own id of it.

    `sent_at`, in microseconds since 1970, is known of a text that was found later at the carrier.
    `keyword` is what the carrier itself took the text for, in whatever language it was.
    """

    provider_id: str
    sender: str  # E.164, where the carrier knows it
    body: str
    sent_at: Instant | None = None
    keyword: CarrierKeyword | None = None
