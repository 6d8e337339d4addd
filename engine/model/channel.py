"""The channel: the state of the way to the carrier."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import Instant


@dataclass(frozen=True, slots=True)
class Channel:
    """Failures in a row, since when and until when the channel is stopped, and the error code."""

    failures: int = 0
    since: Instant | None = None
    stopped_until: Instant | None = None
    error_code: str | None = None
