"""The present instant, as commands read it."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.model.instant import Instant, to_us


def now() -> Instant:
    """Return the present instant."""
    return to_us(datetime.now(UTC))
