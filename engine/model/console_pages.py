"""What the console's pages show, in facts; `presentation` says them in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.model.alert_explanation import AlertExplanation
from engine.model.duration import Duration
from engine.model.event import Event
from engine.model.instant import Instant
from engine.model.local_time import Zones
from engine.model.note import Note
from engine.model.rule import Severity, Status
from engine.model.supporter import ListedSupporter

SAW_IN_A_LIST = "saw the client in a list"  # beside "looked" and "was refused"


@dataclass(frozen=True, slots=True)
class CaseloadClient:
    """A client in the list.

    `since` is since when the gravest alert is open; `alerts` has the title of each unresolved alert
    and who has it, None if nobody has. `cravings` are those of the last 14 days, each
    with its instant.
    """

    ref: str
    timezone: str
    severity: Severity | None
    since: Instant | None
    alerts: tuple[tuple[str, str | None], ...]
    cravings: tuple[tuple[Instant, float], ...]
    last_event: Instant | None
    case_managers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseloadPage:
    """A page of the list, from 1; `at_risk` clients of the whole list have an unresolved alert."""

    clients: tuple[CaseloadClient, ...]
    at_risk: int
    page: int
    has_next: bool
    now: Instant


@dataclass(frozen=True, slots=True)
class ConsoleAlert:
    """An unresolved alert with its whole explanation; `mine` if the account's person has it."""

    explanation: AlertExplanation
    mine: bool


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert as the timeline shows it; `ended` is None while its rule holds."""

    title: str
    severity: Severity
    began: Instant
    ended: Instant | None


@dataclass(frozen=True, slots=True)
class View:
    """An account looked at a client."""

    at: Instant
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class ClientPage:
    """All that one client's page shows, from `start` to `now`.

    `discharged` is None if the record names no discharge so far. `rules` has the id and the title
    of each rule that serves. `unseen` counts the texts that nobody has seen. `views` is None for an
    account that must not know who looked. `emergency_until` is when emergency access ends; None
    if the account needs none. `merged_into` is the client who is the same person and has the
    events, and `merged` are the clients whose events this one has. `supporters` are the people
    around the client whom the client ever named. `identifiers` are the numbers by which other
    systems know the client.
    """

    ref: str
    zones: Zones
    start: Instant
    now: Instant
    discharged: Instant | None
    case_managers: tuple[str, ...]
    may_act: bool
    may_take_over: bool
    alerts: tuple[ConsoleAlert, ...]
    past: tuple[PastAlert, ...]
    rules: tuple[tuple[str, str], ...]
    events: tuple[Event, ...]
    notes: tuple[Note, ...]
    unseen: int
    views: tuple[View, ...] | None
    emergency_until: Instant | None = None
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    supporters: tuple[ListedSupporter, ...] = ()
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleUsefulness:
    """How many alerts a rule opened, without historic ones, and how they ended.

    People acted on `taken` of them, half of these within `median_wait` of being told.
    """

    opened: int
    done: int
    false_alarms: int
    unresolved: int
    taken: int = 0
    median_wait: Duration | None = None


@dataclass(frozen=True, slots=True)
class RuleValue:
    """What the alerts of a rule were worth in the newest preview that measured it.

    `lift` says how many times as often as after random alerts the outcome followed; the interval
    holds it with 95 %. `study` is the preview.
    """

    outcome: str
    lift: float
    low: float
    high: float
    study: int


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule in the list; `value` is None if no preview measured it."""

    id: str
    title: str
    status: Status
    severity: Severity
    useful: RuleUsefulness
    value: RuleValue | None = None


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule in words, and the text that it sends about a client C-1042.

    `file` and `line` are where it stands; the file is empty if it stands in none any more. `source`
    is the rule as written. `periods` are how its alerts ended, by the number of days looked at.
    """

    card: RuleCard
    words: str
    text: str
    file: str
    line: int
    source: str
    periods: tuple[tuple[int, RuleUsefulness], ...]


@dataclass(frozen=True, slots=True)
class OnCallShift:
    """A shift by the clock of its rotation; `person` is None if no person is on call.

    `mine` says that it is the account's own person, `overridden` that it is not the planned one. If
    the person is `absent`, the `stand_in` is told instead, if there is one.
    """

    person: str | None
    began: datetime
    ended: datetime
    mine: bool
    overridden: bool
    absent: bool
    stand_in: str | None


@dataclass(frozen=True, slots=True)
class OnCallRotation:
    """A rotation with its shifts of the next weeks; the first is the present one."""

    name: str
    shifts: tuple[OnCallShift, ...]


@dataclass(frozen=True, slots=True)
class OnCallPage:
    """Who is on call; `may_take` if the account's person can take a shift over."""

    rotations: tuple[OnCallRotation, ...]
    may_take: bool
