"""What a supervisor looks after today, in facts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import Instant
from engine.model.notify_reason import NotifyReason
from engine.model.rule import Severity
from engine.model.rule_draft import RuleDraft
from engine.model.staff import PersonRole, Role


@dataclass(frozen=True, slots=True)
class AlertInHand:
    """An unresolved alert in the list.

    Attributes:
        title: What people call its rule.
        step: How many steps of its policy were taken.
        steps: How many its policy has.
        next_role: Who is told next; None if nobody comes next.
        owner: Who has it; None if nobody has.
        taken_at: Since when they have it.
    """

    alert_id: int
    client_ref: str
    title: str
    severity: Severity
    opened_at: Instant
    step: int
    steps: int
    next_role: Role | None
    next_at: Instant | None
    owner: str | None
    taken_at: Instant | None


@dataclass(frozen=True, slots=True)
class UnreachablePerson:
    """A person on the roster whom no text reaches now; a `stand_in` may be told instead."""

    person: str
    role: PersonRole
    reason: NotifyReason
    clients: int
    stand_in: str | None


@dataclass(frozen=True, slots=True)
class UnseenTexts:
    """Texts of a client that no person has seen; `since` is when the oldest came."""

    client_ref: str
    number: int
    since: Instant


@dataclass(frozen=True, slots=True)
class TodayPage:
    """The lists; each is cut at a number of rows, as `cut` says.

    `proposals` are the drafts of rules that wait for the account's release, the oldest first.
    `emergencies` are the beginnings of emergency accesses that wait for a review, likewise.
    """

    now: Instant
    timezone: str
    untaken: tuple[AlertInHand, ...]
    taken: tuple[AlertInHand, ...]
    unseen: tuple[UnseenTexts, ...]
    unreachable: tuple[UnreachablePerson, ...]
    cut: bool
    proposals: tuple[RuleDraft, ...] = ()
    emergencies: tuple[Instant, ...] = ()
