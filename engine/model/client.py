"""Clients: people in aftercare, known in messages by `ref` alone, and their records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.local_time import Zones, ZoneSpell

# The words of a record that are not attributes: enrolments, leaves and stays in hospital open and
# close, discharge is a day.
SPELL_WORDS = (
    "enrolled",
    "ended",
    "discharged",
    "leave_began",
    "leave_ended",
    "stay_began",
    "stay_ended",
)
TIMEZONE = "timezone"
# No attribute has one of these names.
RECORD_WORDS = (*SPELL_WORDS, TIMEZONE)


class RecordEntry(NamedTuple):
    """One dated change to a client's record.

    `entry` is one of SPELL_WORDS, or else the timezone or an attribute (programme, phase, …) that
    had `value` from `at` on. A value of None takes the attribute away.
    """

    at: Instant  # microseconds since 1970, UTC
    entry: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client; `record` is ordered by date.

    `timezone` is the newest one. It held at all times if the record names none.
    """

    id: int
    ref: str
    timezone: str
    record: tuple[RecordEntry, ...] = field(default=())

    @property
    def zones(self) -> Zones:
        """The timezones in which the client lived, in order."""
        return zones_of(self.record, self.timezone)


def zones_of(record: Iterable[RecordEntry], otherwise: str) -> Zones:
    """Find the timezones of a record, in order; the first one counts from the beginning.

    Args:
        record: In the order of its dates.
        otherwise: The timezone at all times if the record names none.
    """
    found: list[ZoneSpell] = []
    for at, entry, value in record:
        if entry == TIMEZONE and value and (not found or found[-1].timezone != value):
            found.append(ZoneSpell(at if found else 0, value))
    return tuple(found) or (ZoneSpell(0, otherwise),)
