"""Who is away, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AbsenceShown:
    """An absence by the site's clock; `stand_in` is told instead, if there is one."""

    id: int
    person: str
    began: datetime
    ended: datetime
    stand_in: str | None


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """Present and coming absences, the texts in the form, and the mistake in it."""

    absences: tuple[AbsenceShown, ...]
    typed: Mapping[str, str]
    mistake: str
