"""The report of outcomes: what became of a cohort, in numbers, by group and in all; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engine.model.enrolment_cohort import EnrolmentCohort
from engine.model.instant import Instant
from engine.model.report_parts import OutcomePart
from engine.model.rule import Evidence
from engine.studies.resampling import Estimate


class ValueSort(StrEnum):
    """What the value of a row is."""

    SHARE = "share"  # of the clients for whom it is so
    PART = "part"  # the average of numbers from 0 to 1
    AVERAGE = "average"
    STAY = "stay"  # the share that stays beyond a week


class ReportedFigure(NamedTuple):
    """A figure of the report as the tally knows it; `version` is that of an instrument."""

    id: str
    title: str
    part: OutcomePart
    version: str = ""
    missing: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class OutcomeCell:
    """The numbers of one group in one row.

    Attributes:
        known: How many clients it is computed from; of a stay, those still watched in that week.
        among: How many clients of the group it is about.
        yes: For how many it is so; None if it is no question of yes or no.
        weeks: The median of the weeks for which the clients were watched.
    """

    known: int
    among: int
    yes: int | None
    estimate: Estimate
    weeks: float


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One figure in one version, and perhaps in one week: the total and each group.

    A cell of None is hidden, because it or one beside it could point at a person.
    """

    of: ReportedFigure
    sort: ValueSort
    cells: tuple[OutcomeCell | None, ...]
    week: int | None = None


class OutcomeGroup(NamedTuple):
    """A group of a breakdown: the attribute and its value; both empty for the total."""

    attribute: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """The whole report; the first group is the total."""

    cohort: EnrolmentCohort
    until: Instant
    groups: tuple[OutcomeGroup, ...]
    clients: tuple[OutcomeCell | None, ...]  # how many there are, and how long they were watched
    rows: tuple[OutcomeRow, ...]

    @property
    def hides(self) -> bool:
        """Whether any cell is hidden."""
        return any(None in cells for cells in (self.clients, *(row.cells for row in self.rows)))
