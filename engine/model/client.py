"""Clients: people in aftercare, known in messages by `ref` alone, and their records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.instant import Instant

# The words of a record that are not attributes: enrolment and leave open and close, discharge is a
# day.
SPELL_WORDS = ("enrolled", "ended", "discharged", "leave_began", "leave_ended")


class RecordEntry(NamedTuple):
    """One dated change to a client's record.

    `entry` is one of SPELL_WORDS, or the name of an attribute (programme, phase, …) that had
    `value` from `at` on. A value of None takes the attribute away.
    """

    at: Instant  # microseconds since 1970, UTC
    entry: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client; `record` is ordered by date."""

    id: int
    ref: str
    timezone: str
    record: tuple[RecordEntry, ...] = field(default=())
