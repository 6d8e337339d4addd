"""Rotations in config.yaml."""

from __future__ import annotations

from engine.model.instant import SECOND_US
from tests.config.config_file import Write, mistakes, read


def test_rotations_are_in_the_sites_time_unless_they_say_another(write: Write) -> None:
    nights = "{name: nights, first_handover: 2026-01-05 08:00, staff: [S-1, S-2]}"
    days = "{name: days, timezone: America/Denver, first_handover: 2026-01-05T09:30, staff: [S-3]}"
    one, other = read(write, f"on_call: [{nights}, {days}]").on_call
    assert (one.timezone, one.staff) == ("America/New_York", ("S-1", "S-2"))
    assert other.timezone == "America/Denver"
    assert other.first_handover - one.first_handover == 5400 * SECOND_US


def test_every_mistake_in_a_rotation_is_told_with_its_place(write: Write) -> None:
    path = write(
        """\
timezone: UTC
on_call:
  - name: Nights!
    first_handover: monday 08:00
    staff: []
  - name: days
    timezone: Mars
    staff: [S-1]
"""
    )
    assert mistakes(path) == [
        "3:11: name: 'Nights!' is not of the form ^[a-z0-9_-]{1,40}$",
        "4:21: first_handover: 'monday 08:00' is not a day and a time of day; write them such as "
        "2026-01-05 08:00",
        "5:12: staff: needs at least 1 here",
        "6:5: 'first_handover:' is missing here; add it",
        "7:15: timezone: 'Mars' is not a time zone; write one such as America/New_York",
    ]


def test_a_rotation_has_hours_on_some_days_and_turns_of_a_day_or_a_week(write: Write) -> None:
    written = "{name: nights, first_handover: 2026-01-05 08:00, staff: [S-1]"
    hours = "turn: 1 day, on: [sunday, monday], from: 18:00, to: 8:00"
    plain, nights = read(
        write, f"on_call: [{written}}}, {written}, {hours}}}]".replace("nights", "days", 1)
    ).on_call
    assert (plain.turn, len(plain.on), plain.from_time, plain.to_time) == ("1 week", 7, None, None)
    assert (nights.turn, nights.on) == ("1 day", ("monday", "sunday"))
    assert (nights.from_time, nights.to_time) == (18 * 3600 * SECOND_US, 8 * 3600 * SECOND_US)


def test_hours_that_cannot_be_read_are_told_with_their_place(write: Write) -> None:
    path = write(
        """timezone: UTC
on_call:
  - name: nights
    first_handover: 2026-01-05 08:00
    turn: 2 days
    on: [mon]
    from: 25:00
    to: 08:00
    staff: [S-1]
  - {name: days, first_handover: 2026-01-05 08:00, from: 08:00, staff: [S-1]}
"""
    )
    assert mistakes(path) == [
        "5:11: turn: '2 days' is not one of 1 day, 1 week",
        "6:10: 0: 'mon' is not one of monday, tuesday, wednesday, thursday, friday, saturday, "
        "sunday",
        "7:11: from: '25:00' is not a time of day; write one such as 18:00",
        "10:5: 1: from: and to: go together; write both, or neither",
    ]


def test_two_rotations_of_one_name_are_refused(write: Write) -> None:
    one = "{name: nights, first_handover: 2026-01-05 08:00, staff: [S-1]}"
    (mistake,) = mistakes(write(f"timezone: UTC\non_call: [{one}, {one}]\n"))
    assert "two rotations are called nights; an override names one of them" in mistake
