"""The timeline of a tried case: expected and actual alerts side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from engine.model.instant import Instant


class TimelineLine(NamedTuple):
    """One line of a timeline.

    It holds something `given` (or the act of a rule that the case does not try). Or it holds what
    the case `expected` beside what `happened`, and one of these two may be missing.
    """

    at: Instant
    right: bool
    given: str | None = None
    expected: str | None = None
    happened: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case that ran: its place in the files, and its timeline.

    `start` is the local date of day 0, and `timezone` is the client's.
    """

    file: str
    line: int
    title: str
    start: date
    timezone: str
    lines: tuple[TimelineLine, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected happened, and nothing else."""
        return all(line.right for line in self.lines)
