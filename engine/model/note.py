"""A note that a person wrote about a client."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import Instant

LONGEST_NOTE = 2000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """A note about a client; `alert_id` is None if it is about no alert in particular."""

    at: Instant
    by: str
    words: str
    alert_id: int | None
