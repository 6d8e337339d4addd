"""Quiet hours hold by the recipient's own clock, over midnight and on the odd days of the year."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.quiet_hours import earliest_send
from engine.model.instant import from_us, to_us
from engine.model.staff import Staff

NEW_YORK = "America/New_York"


def staff(begins: str | None, ends: str | None, zone: str = NEW_YORK) -> Staff:
    quiet_from, quiet_to = (time.fromisoformat(at) if at else None for at in (begins, ends))
    return Staff(1, "S-1", "case_manager", "+15550100", zone, quiet_from, quiet_to)


def sent(recipient: Staff, local: str, *, fold: int = 0, urgent: bool = False) -> str:
    """When a message due at a local time may be sent, with the offset."""
    zone = ZoneInfo(recipient.timezone)
    now = to_us(datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold))
    at = earliest_send(now, recipient, urgent=urgent)
    return from_us(at).astimezone(zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("due", "sends"),
    [
        ("2026-11-18T21:59", "2026-11-18T21:59-05:00"),
        ("2026-11-18T22:00", "2026-11-19T07:00-05:00"),
        ("2026-11-18T23:30", "2026-11-19T07:00-05:00"),
        ("2026-11-19T00:00", "2026-11-19T07:00-05:00"),
        ("2026-11-19T06:59", "2026-11-19T07:00-05:00"),
        ("2026-11-19T07:00", "2026-11-19T07:00-05:00"),
    ],
)
def test_quiet_hours_over_midnight_put_off_to_the_morning(due: str, sends: str) -> None:
    assert sent(staff("22:00", "07:00"), due) == sends


def test_quiet_hours_within_a_day_put_off_to_their_end() -> None:
    assert sent(staff("12:00", "13:30"), "2026-11-18T12:15") == "2026-11-18T13:30-05:00"
    assert sent(staff("12:00", "13:30"), "2026-11-18T13:30") == "2026-11-18T13:30-05:00"
    assert sent(staff("12:00", "13:30"), "2026-11-18T11:59") == "2026-11-18T11:59-05:00"


def test_an_urgent_message_passes() -> None:
    assert (
        sent(staff("22:00", "07:00"), "2026-11-18T23:30", urgent=True) == "2026-11-18T23:30-05:00"
    )


@pytest.mark.parametrize(
    "recipient", [staff(None, None), staff("22:00", None), staff("08:00", "08:00")]
)
def test_without_quiet_hours_everything_passes(recipient: Staff) -> None:
    assert sent(recipient, "2026-11-18T23:30") == "2026-11-18T23:30-05:00"


def test_they_are_the_recipients_and_not_the_sites() -> None:
    now = to_us(datetime(2026, 11, 18, 12, tzinfo=UTC))
    assert earliest_send(now, staff("22:00", "07:00", "Pacific/Auckland"), urgent=False) > now
    assert earliest_send(now, staff("22:00", "07:00", "Europe/Paris"), urgent=False) == now


def test_the_night_when_clocks_go_forward_is_an_hour_shorter() -> None:
    assert sent(staff("22:00", "07:00"), "2026-03-07T22:00") == "2026-03-08T07:00-04:00"


def test_an_end_that_the_clock_skips_comes_when_it_skips() -> None:
    assert sent(staff("22:00", "02:30"), "2026-03-08T01:00") == "2026-03-08T03:00-04:00"


def test_a_beginning_that_the_clock_skips_comes_when_it_skips() -> None:
    assert sent(staff("02:30", "06:00"), "2026-03-08T03:00") == "2026-03-08T06:00-04:00"


def test_an_end_that_comes_twice_is_the_first_and_quiet_does_not_begin_again() -> None:
    assert sent(staff("22:00", "01:30"), "2026-11-01T01:00") == "2026-11-01T01:30-04:00"
    assert sent(staff("22:00", "01:30"), "2026-11-01T01:00", fold=1) == "2026-11-01T01:00-05:00"


def test_a_beginning_that_comes_twice_is_the_first_and_quiet_stays() -> None:
    assert sent(staff("01:30", "06:00"), "2026-11-01T01:45") == "2026-11-01T06:00-05:00"
    assert sent(staff("01:30", "06:00"), "2026-11-01T01:10", fold=1) == "2026-11-01T06:00-05:00"


ZONES = st.sampled_from(
    [NEW_YORK, "Europe/London", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "UTC"]
)
CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(zone=ZONES, begins=CLOCK, ends=CLOCK, minute=st.integers(0, 2 * 366 * 24 * 60))
def test_a_message_that_was_put_off_may_then_be_sent_and_waits_no_longer_than_it_must(
    zone: str, begins: time, ends: time, minute: int
) -> None:
    recipient = Staff(1, "S-1", "case_manager", None, zone, begins, ends)
    now = to_us(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
    at = earliest_send(now, recipient, urgent=False)
    assert now <= at <= now + 25 * 3600 * 1_000_000
    assert earliest_send(at, recipient, urgent=False) == at
    if at > now:
        assert earliest_send(at - 1, recipient, urgent=False) == at
        # Its end is where the clock comes to show the end, or skips it.
        shown, just_before = (
            from_us(us).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for us in (at, at - 1)
        )
        assert shown.time() == ends or just_before < datetime.combine(shown.date(), ends) < shown
