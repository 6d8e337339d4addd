"""Who is away, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.model.instant import Instant
from engine.model.rule import Severity


@dataclass(frozen=True, slots=True)
class AbsenceShown:
    """An absence by the site's clock; `stand_in` is told instead, if there is one."""

    id: int
    person: str
    began: datetime
    ended: datetime
    stand_in: str | None


@dataclass(frozen=True, slots=True)
class StepAhead:
    """A step of an alert: who is told at an instant. Without people the admins are told."""

    people: tuple[str, ...]
    at: Instant


@dataclass(frozen=True, slots=True)
class MovedAlert:
    """An unresolved alert whose next steps an absence moves.

    Attributes:
        before: The next step so far; none if no step is ahead.
        after: The next steps with the absence, the soonest first; two if people come in place of
            others.
        reminded: Whether the person who has taken it is away then, so that people are reminded of
            it at once.
    """

    client_id: int
    client_ref: str
    title: str
    severity: Severity
    before: StepAhead | None
    after: tuple[StepAhead, ...]
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """Present and coming absences, the texts in the form, and the mistake in it.

    `moved` is what the absence in the form would move as of `at`; None if nobody asked.
    """

    absences: tuple[AbsenceShown, ...]
    typed: Mapping[str, str]
    mistake: str
    timezone: str
    now: Instant
    at: Instant | None = None
    moved: tuple[MovedAlert, ...] | None = None
