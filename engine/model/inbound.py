"""A text that came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.model.agreement import TextLanguage
from engine.model.instant import Instant

CarrierKeyword = Literal["stop", "start", "help"]


@dataclass(frozen=True, slots=True)
class ListedTexts:
    """The texts that a carrier has for us, the oldest first, and its own time when it said so."""

    texts: Sequence[Inbound]
    at: Instant


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key that a person pressed in a call of ours.

    Attributes:
        message_id: The outbox row of the call.
        provider_id: The carrier's id of the call.
        called: The number that was called, in E.164.
        key: The key.
        language: The language of the call.
    """

    message_id: int
    provider_id: str
    called: str
    key: str
    language: TextLanguage = "english"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One text as the carrier handed it over; `provider_id` is the carrier's own id of it.

    `sent_at` is known only of a text that was found later at the carrier. `keyword` is the
    carrier's own reading of the text, in any language: STOP, START or HELP.
    """

    provider_id: str
    sender: str  # E.164, if the carrier knows it
    body: str
    sent_at: Instant | None = None
    keyword: CarrierKeyword | None = None
