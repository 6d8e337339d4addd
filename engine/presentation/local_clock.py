"""An instant as the clock of a place shows it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.model.instant import Instant, from_us


def local(us: Instant, timezone: str) -> datetime:
    """Return an instant as the clock of a place shows it."""
    return from_us(us).astimezone(ZoneInfo(timezone))
