"""Wall-clock readings become instants, also on the two odd days of the year."""

from __future__ import annotations

import pytest

from engine.model.instant import LAST_US, from_us, to_us
from engine.model.local_time import WallClock


def placed(timezone: str, reading: str) -> str:
    wall = to_us(from_us(0).fromisoformat(f"{reading}+00:00"))
    return from_us(WallClock(timezone)[wall]).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("timezone", "reading", "instant"),
    [
        ("America/New_York", "2026-07-01T09:30", "2026-07-01 13:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01 05:30"),  # comes twice: the first
        ("America/New_York", "2026-03-08T02:30", "2026-03-08 07:30"),  # never comes: 3:30
        ("Asia/Beirut", "2026-03-29T00:00", "2026-03-28 22:00"),  # a day that begins at one o'clock
        ("UTC", "1970-01-01T00:00", "1970-01-01 00:00"),
    ],
)
def test_a_reading_is_placed_in_its_timezone(timezone: str, reading: str, instant: str) -> None:
    assert placed(timezone, reading) == instant


@pytest.mark.parametrize(
    ("timezone", "reading"), [("Asia/Tokyo", 0), ("America/New_York", LAST_US)]
)
def test_a_reading_outside_the_years_we_know_is_refused(timezone: str, reading: int) -> None:
    with pytest.raises(ValueError, match="is outside the years 1970 to 2112"):
        WallClock(timezone)[reading]
