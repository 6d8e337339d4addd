"""Cases: the facts given about one client, and the alerts that a rule must open for them.

Moments are wall-clock readings of the client: microseconds since 1970 as if the clock on the wall
showed UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from engine.model.intake import ReadEvent, RosterRow
from engine.model.local_time import WallReading
from engine.model.rule import Severity
from engine.model.schedule import Outcome
from engine.model.staff import ROLES, Role

CLIENT = "the client"  # the ref of the one client of a case


def phone_of(role: Role) -> str:
    """Return the number of the one person of a role in every case."""
    return f"+1555010000{ROLES.index(role)}"


class Arrival(NamedTuple):
    """An event, a change of the client's record, or a reply, with the moment it becomes known.

    `said` describes it for people.
    """

    known: WallReading
    at: WallReading
    line: int
    said: str
    event: ReadEvent | None = None
    client: RosterRow | None = None
    reply: tuple[Role, str] | None = None


class CaseText(NamedTuple):
    """A text that goes out."""

    at: WallReading
    to: Role


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """An alert that must open at a moment; a field that is None is not checked."""

    rule_id: str
    at: WallReading
    severity: Severity | None = None
    texts: tuple[CaseText, ...] | None = None
    reminders: tuple[CaseText, ...] | None = None
    resolves: WallReading | Literal["never"] | None = None


class ExpectedEnding(NamedTuple):
    """An expectation of a schedule that must end at a moment."""

    schedule_id: str
    at: WallReading
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands in its file.

    The rules of `alerts` must open exactly these alerts, and the rules of `silent` none. With
    `others_silent` no other rule may open one. `timezone` is the client's; None for the site's.
    """

    file: str
    line: int
    title: str
    start: date  # day 0
    timezone: str | None
    # The client, the staff, and what joins them; known from `begin` on.
    people: tuple[RosterRow, ...]
    begin: WallReading
    arrivals: tuple[Arrival, ...]  # as they become known
    until: WallReading
    alerts: tuple[ExpectedAlert, ...]
    silent: frozenset[str]
    others_silent: bool
    endings: tuple[ExpectedEnding, ...] = ()

    @property
    def schedules(self) -> frozenset[str]:
        """The schedules that serve in it."""
        return frozenset(one.schedule_id for one in self.endings)

    @property
    def rules(self) -> frozenset[str]:
        """The rules that it tries by name."""
        return self.silent | {alert.rule_id for alert in self.alerts}


def tried(cases: Iterable[Case]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rules that fire in some case, and the rules that a case names as silent."""
    cases = list(cases)
    fires = frozenset(alert.rule_id for case in cases for alert in case.alerts)
    return fires, frozenset(rule_id for case in cases for rule_id in case.silent)
