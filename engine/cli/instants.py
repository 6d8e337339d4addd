"""Instants of the command line: the present one, and those that people type."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.errors import UserError
from engine.model.instant import Instant


def read_instant(text: str, timezone: str) -> Instant:
    """Read an ISO date, or date and time; without an offset it is local time in this timezone."""
    from engine.model.instant import to_us

    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"'{text}' is not a date; write one such as 2026-03-01 or 2026-03-01T08:00"
        ) from None
    try:
        return to_us(instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(timezone)))
    except (ValueError, OverflowError):
        raise UserError(f"'{text}' is outside of the years 1970 to 2112.") from None


def now() -> Instant:
    """Return the present instant."""
    from engine.model.instant import to_us

    return to_us(datetime.now(UTC))
