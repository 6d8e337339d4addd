"""Timezones: fixed offsets are refused, and the Windows names are understood."""

from __future__ import annotations

import pytest

from engine.model.timezone import read_timezone


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("America/New_York", "America/New_York"),
        ("UTC", "UTC"),
        ("EST5EDT", "EST5EDT"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("Eastern Daylight Time", "America/New_York"),
        ("(GMT-07:00) Arizona", "America/Phoenix"),
        ("US Mountain Standard Time", "America/Phoenix"),
        ("Central Time  (US & Canada)", "America/Chicago"),
        ("Pacific Time", "America/Los_Angeles"),
        ("Hawaii", "Pacific/Honolulu"),
        ("Hawaiian Standard Time", "Pacific/Honolulu"),
    ],
)
def test_a_name_is_understood(written: str, zone: str) -> None:
    assert read_timezone(written) == zone


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("EST", "one offset all the year, also in summer; write America/New_York"),
        ("MST", "write America/Denver, or America/Phoenix"),
        ("HST", "write Pacific/Honolulu"),
        ("Etc/GMT+5", "write a place"),
        ("UTC-05:00", "write a place"),
        ("Eastern", "is not a time zone"),
        ("Atlantis Standard Time", "is not a time zone"),
        ("", "is not a time zone"),
    ],
)
def test_what_would_be_off_in_summer_or_is_no_zone_is_refused(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_timezone(written)
