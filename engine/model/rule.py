"""The parts of a rule that other rooms need; its conditions stay in `rulebook`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.model.duration import Duration
from engine.model.supporter_news import SupporterNews

Severity = Literal["urgent", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("urgent", "high", "medium", "low")
Grade = Literal["published", "vendor", "opinion"]
GRADES: tuple[Grade, ...] = ("published", "vendor", "opinion")
Status = Literal["draft", "shadow", "live", "retired"]
STATUSES: tuple[Status, ...] = ("draft", "shadow", "live", "retired")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a rule."""

    grade: Grade
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule without its conditions; durations in microseconds.

    `version` is a hash of the logic: conditions, hold, clears_after, applies_to. The wording does
    not count.
    """

    id: str
    version: str
    title: str
    status: Status
    severity: Severity
    why: str = ""
    evidence: Evidence | None = None
    hold: Duration = 0
    clears_after: Duration = 0
    remind: Duration | None = None
    tell_again: Duration | None = (
        None  # how long after a telling people are not told of the same client again
    )
    quiets: tuple[str, ...] = ()
    notify: str | None = None
    advice: str = ""
    message_client: str = ""  # the message of the plans that the client gets too
    tell_supporters: SupporterNews | None = None  # what supporters hear, as far as they may
    reason: str = (
        ""  # the few harmless words that a message to staff may say, such as "missed check-ins"
    )
