"""A client's care plan as a page, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.model.instant import Instant
from engine.model.local_time import Zones
from engine.model.schedule import Outcome, OutcomeReason


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A phase, a review, a milestone or a goal; `due` is None if it has no day."""

    what: str
    due: Instant | None
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class ExpectationShown:
    """Something that was or is due; without an outcome it is open. `asked` is when by text."""

    schedule_id: str
    title: str
    day: date
    due: Instant
    outcome: Outcome | None
    reason: OutcomeReason | None
    asked: Instant | None

    @property
    def can_be_excused(self) -> bool:
        """Whether a reason can still take the blame from the client."""
        return self.outcome in {None, Outcome.MISSED}


@dataclass(frozen=True, slots=True)
class ComingOccurrence:
    """Something that will be due."""

    title: str
    due: Instant


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A client's plan, the expectations of late, the newest first, and the coming ones.

    `typed` is an excuse that cannot be taken, as it was typed, and `mistake` is why.
    """

    ref: str
    zones: Zones
    now: Instant
    facts: tuple[PlanFact, ...]
    due: tuple[ExpectationShown, ...]
    coming: tuple[ComingOccurrence, ...]
    may_excuse: bool
    typed: Mapping[str, str]
    mistake: str
