"""Alerts: what people see and act on, with everything that is needed to explain them later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.model.instant import Instant
from engine.model.rule import Severity

AlertState = Literal["open", "acknowledged", "snoozed", "resolved"]
# An alert of inactivity is not judged yet, is held because it may be an outage, or is believed to
# be the client's own.
Inactivity = Literal["unjudged", "held", "believed"]


class Act(StrEnum):
    """What a person can do about an alert, by a text or a command."""

    TAKE = "accept"
    PASS = "pass_on"
    DONE = "done"
    FALSE_ALARM = "false_alarm"
    SNOOZE = "snooze"


# In place of a rule's id: the alert stands for a text of the client's, and no rule. No rule can be
# called so.
CLIENT_TEXT = "client_text"


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """One comparison of a rule as it stood when the alert opened, in words and numbers.

    `truth` is None where the measure had no value. `events` are the ids behind the value.
    """

    text: str  # the finding in plain words, such as "at least 2 check-ins missed within 7 days"
    value: str  # the measured value, in words; "no value" where there is none
    threshold: str
    truth: bool | None
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlertEvidence:
    """The evidence of an alert: the rule's findings as of an instant, and the ways to clear it."""

    as_of: Instant  # microseconds since 1970
    findings: tuple[FindingSeen, ...]
    clears: str  # one line, or a heading and a list
    clears_at: Instant | None  # when it ends by itself if nothing more happens


@dataclass(frozen=True, slots=True)
class Alert:
    """A stored alert; instants in microseconds since 1970."""

    id: int
    client_id: int
    rule_id: str
    rule_version: str
    severity: Severity
    state: AlertState
    began: Instant
    ended: Instant | None
    opened_at: Instant
    historic: bool = False
    shadow: bool = False
    resolution: str | None = None  # why it is resolved; None while it is not
    inhibited_by: int | None = None  # while the alert of this id is unresolved, nobody is told
    inactivity: Inactivity | None = None  # None where something happened
    held_at: Instant | None = None  # since when it is held
    notified_at: Instant | None = None  # when people last began to be told of it

    @property
    def in_doubt(self) -> bool:
        """Whether it is held back for now, because an outage may have caused it."""
        return self.inactivity in {"unjudged", "held"}
