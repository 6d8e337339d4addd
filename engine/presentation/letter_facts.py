"""The facts of a letter in words: what a client did in a period, counted from their events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.model.agreement import TextLanguage
from engine.model.event import Event, read_fields
from engine.model.instant import from_us
from engine.model.local_time import Zones, zone_at

_ATTENDED = ("attended", "late", "left_early")
_NOTHING: Mapping[TextLanguage, str] = {
    "english": "nothing on record",
    "spanish": "sin datos registrados",
}
_NOW: Mapping[TextLanguage, tuple[str, str]] = {
    "english": ("takes part now", "does not take part now"),
    "spanish": ("participa actualmente", "no participa actualmente"),
}
_MONTHS: Mapping[TextLanguage, str] = {
    "english": "January February March April May June July August September October November "
    "December",
    "spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
}


class ClientFacts(NamedTuple):
    """How a client stands in the programme; None where nothing is on record."""

    since: date | None
    enrolled: bool
    program: str | None
    phase: str | None
    ends: date | None


def day_in_words(day: date, language: TextLanguage) -> str:
    """Write a day: `June 3, 2026` or `3 de junio de 2026`."""
    month = _MONTHS[language].split()[day.month - 1]
    if language == "spanish":
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"


def letter_facts(
    events: Iterable[Event], client: ClientFacts, zones: Zones, language: TextLanguage
) -> dict[str, str]:
    """Return the value of every field that a letter may have, in words.

    Args:
        events: The client's events in the period of the letter, the oldest first.
        client: How the client stands.
        zones: The client's timezones, which give the days.
        language: The language of the words.
    """
    sessions: Counter[str] = Counter()
    results: Counter[str] = Counter()
    latest: date | None = None
    for event in events:
        fields = read_fields(event.fields)
        if event.kind == "attendance":
            sessions[str(fields.get("status"))] += 1
        elif event.kind == "test":
            results[str(fields.get("result"))] += 1
            if fields.get("result") not in {"missed", "excused"}:
                zone = ZoneInfo(zone_at(zones, event.occurred_at))
                latest = from_us(event.occurred_at).astimezone(zone).date()
    nothing = _NOTHING[language]
    attended = sum(sessions[word] for word in _ATTENDED)
    not_taken = results["missed"] + results["refused"]
    return {
        "participation.since": day_in_words(client.since, language) if client.since else nothing,
        "participation.now": _NOW[language][not client.enrolled],
        "attendance.due": str(attended + sessions["no_show"]),
        "attendance.attended": str(attended),
        "attendance.missed": str(sessions["no_show"]),
        "attendance.excused": str(sessions["excused"] + sessions["cancelled"]),
        "tests.taken": str(results.total() - not_taken - results["excused"]),
        "tests.negative": str(results["negative"]),
        "tests.positive": str(results["positive"]),
        "tests.missed": str(not_taken),
        "tests.latest": day_in_words(latest, language) if latest else nothing,
        "plan.program": client.program or nothing,
        "plan.phase": client.phase or nothing,
        "plan.ends": day_in_words(client.ends, language) if client.ends else nothing,
    }
