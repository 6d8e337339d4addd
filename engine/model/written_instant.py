"""Reading an instant as people write it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.errors import UserError
from engine.model.instant import Instant, to_us


def read_instant(text: str, timezone: str) -> Instant:
    """Read an ISO date, or date and time; without an offset it is local time in this timezone.

    Raises:
        UserError: It is none, or outside of the years 1970 to 2112.
    """
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
