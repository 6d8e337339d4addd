"""A calendar file is what RFC 5545 says."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.presentation.calendar_file import CalendarEntry, calendar_file

AT = datetime(2026, 6, 2, 16, tzinfo=UTC)


def test_lines_end_in_both_signs_and_instants_are_in_utc() -> None:
    made = calendar_file([CalendarEntry("a1", AT, "Appointment")], AT)
    assert made.split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Handrail//Handrail//EN", "BEGIN:VEVENT",
        "UID:a1@handrail", "DTSTAMP:20260602T160000Z", "DTSTART:20260602T160000Z",
        "SUMMARY:Appointment", "CLASS:PRIVATE", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_signs_with_a_meaning_are_escaped_and_long_lines_are_folded() -> None:
    made = calendar_file([CalendarEntry("a1", AT, "é, x; y" * 20)], AT)
    assert all(len(line.encode()) <= 75 for line in made.split("\r\n"))
    assert "SUMMARY:" + "é\\, x\\; y" * 20 in made.replace("\r\n ", "")
