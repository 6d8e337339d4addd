"""A client's agreement to get texts: since when, how it was given, and to which words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

from engine.model.instant import Instant

TextLanguage = Literal["english", "spanish"]
LANGUAGES: tuple[TextLanguage, ...] = ("english", "spanish")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a client agreed to; a newer one takes the place of an older one.

    Attributes:
        how: How it was given, such as `signed form`.
        wording: The version of the words that the client agreed to.
        quiet_from: When the client's quiet hours begin, by the client's clock.
        quiet_to: When they end.
        withdrawn_at: When the client took it back; None while it stands.
    """

    client_id: int
    given_at: Instant
    how: str
    wording: str
    language: TextLanguage
    quiet_from: time
    quiet_to: time
    withdrawn_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class ClientContact:
    """A client as the recipient of texts, who is `active` while an agreement stands."""

    phone: str | None
    timezone: str
    quiet_from: time | None
    quiet_to: time | None
    active: bool
