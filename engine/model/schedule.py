"""Schedules: what clients are due to do, and when; an expectation is one due occurrence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Literal, NamedTuple

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.recurrence import Recurrence

# The source of the events that say what was missed; no source of config.yaml is called so.
SOURCE = "schedules"
# The source of the events that clients' answers make.
ANSWERS = "answers"
# The source of the events by which people record goals.
GOALS = "goals"
Anchor = Literal["enrolment", "discharge"]


class Outcome(StrEnum):
    """How an expectation ends."""

    KEPT = "kept"
    MISSED = "missed"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"
    HELD = "held"


class OutcomeReason(StrEnum):
    """Why an expectation ended so, or why it waits."""

    DONE = "done"  # an event keeps it
    NOT_DONE = "not done"  # no event by the end of the grace
    SOURCE_SAYS = "a source says so"  # a source's own event calls it missed or excused
    DONE_AFTER_ALL = "done after all"  # it was missed, and data that came late keep it
    SCHEDULE_CHANGED = "the schedule changed"
    NOT_FOR_CLIENT = "not for this client"  # no longer enrolled, or of other attributes
    BY_STAFF = "by staff"  # a person excused it, with a reason
    ON_LEAVE = "on leave"
    DATA_MISSING = "data are missing"  # from a source, or from the carrier about a question
    NOT_ASKED = "not asked"  # it is asked by text, and no text reached the client


class SignMeaning(StrEnum):
    """What an event says of an expectation."""

    KEPT = "kept"
    MISSED = "missed"
    EXCUSED = "excused"


class Sign(NamedTuple):
    """An event that says something of a schedule; `source` and `key` are its identity."""

    at: Instant
    meaning: SignMeaning
    source: str
    key: str


@dataclass(frozen=True, slots=True)
class DaysAfter:
    """One day, so many days after each enrolment or discharge of the client."""

    days: int
    after: Anchor


@dataclass(frozen=True, slots=True)
class RandomDraws:
    """Days that chance draws: the limits of the gap in days, and the chance of each day between."""

    minimum: int
    maximum: int
    chance: float


@dataclass(frozen=True, slots=True)
class DrawnDays:
    """The days that were drawn for one client, in order."""

    drawn: tuple[date, ...]

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days from the first to the last one, in order."""
        return (day for day in self.drawn if first <= day <= last)


@dataclass(frozen=True, slots=True)
class DrawSeed:
    """The seed of a month's draws of a schedule, and the day on which it was made."""

    schedule_id: str
    month: str  # such as 2026-06
    seed: str
    made_on: date

    @property
    def commitment(self) -> str:
        """The hash that is published before the month, and proves the seed after it."""
        return hashlib.sha256(bytes.fromhex(self.seed)).hexdigest()


@dataclass(frozen=True, slots=True)
class Timing:
    """When a schedule is due, by the client's clock.

    `window` is how long before the due instant an event counts; None: since local midnight. `grace`
    is how long after it an event still counts. Nothing is due on `closed` days, such as holidays.
    """

    on: Recurrence | DaysAfter | RandomDraws | DrawnDays
    by: time
    window: Duration | None = None
    grace: Duration = 0
    closed: frozenset[date] = frozenset()


class Occurrence(NamedTuple):
    """One due occurrence: its local day, and from when until when an event keeps it."""

    day: date
    opens: Instant
    due: Instant
    closes: Instant


class ChangeKind(StrEnum):
    """What a person changes about a schedule for one client."""

    OFF = "off"  # nothing is due on these days
    BY = "by"  # it is due at another time on these days
    EXTRA = "extra"  # it is due on this day too
    EXCUSED = "excused"  # nothing counts as missed on this day


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """A change of a schedule for one client, from a first to a last local day.

    Attributes:
        last: None if it has no end.
        by: The time of day of BY, and perhaps of EXTRA.
        reason: Why it was made.
        actor: Who made it.
    """

    client_id: int
    schedule_id: str
    kind: ChangeKind
    first: date
    last: date | None
    by: time | None
    reason: str
    actor: str
    made_at: Instant

    def covers(self, day: date) -> bool:
        """Return whether a local day lies between its first and its last."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One due occurrence for one client; without an outcome it is open."""

    client_id: int
    schedule_id: str
    occurrence: Occurrence
    outcome: Outcome | None = None
    reason: OutcomeReason | None = None
    event: tuple[str, str] | None = None  # source and key of the event that ended it
    ended_at: Instant | None = None
    asked_at: Instant | None = None  # when the client was asked by text
    answers: tuple[int | bool, ...] = ()  # those so far, while some are missing
    id: int = 0  # 0 until it is stored
