"""Appointments as an iCalendar file (RFC 5545), with titles that reveal nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

_STAMP = "%Y%m%dT%H%M%SZ"
_LONGEST_LINE = 75  # bytes


class CalendarEntry(NamedTuple):
    """One entry: an id that stays the same, its beginning in UTC, and its title."""

    uid: str
    begins: datetime
    title: str


def calendar_file(entries: Iterable[CalendarEntry], made_at: datetime) -> str:
    """Write a calendar that phones and office programs read.

    Args:
        entries: The entries; each lasts no time, because only its beginning is known.
        made_at: When the file is made, in UTC.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Handrail//Handrail//EN"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.uid)}@handrail",
            f"DTSTAMP:{made_at:{_STAMP}}",
            f"DTSTART:{entry.begins:{_STAMP}}",
            f"SUMMARY:{_escaped(entry.title)}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line that is too long; a continuation begins with a space."""
    parts, part = [], ""
    for sign in line:
        if len(f"{part}{sign}".encode()) > _LONGEST_LINE - 1:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
