"""Alerts: records that people act on, with everything that explains them later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.model.instant import Instant
from engine.model.rule import Severity

AlertState = Literal["open", "acknowledged", "snoozed", "resolved"]
# Inactivity of an alert: not judged yet, held because it may be an outage, or believed.
Inactivity = Literal["unjudged", "held", "believed"]


class Act(StrEnum):
    """An act on an alert, by a text or a command."""

    TAKE = "accept"
    PASS = "pass_on"
    DONE = "done"
    FALSE_ALARM = "false_alarm"
    SNOOZE = "snooze"


# Stands in place of a rule's id if the alert is about a client's text. No rule can have this id.
CLIENT_TEXT = "client_text"
# The same of a supporter's text.
SUPPORTER_TEXT = "supporter_text"
WRITTEN = frozenset({CLIENT_TEXT, SUPPORTER_TEXT})
# The same of an exercise, which is about no client.
DRILL = "drill_alert"


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """One comparison of a rule as the alert opened, in words and numbers.

    `truth` is None if the measure had no value. `events` are the ids of the events behind the
    value.
    """

    text: str  # the finding in plain words, such as "at least 2 check-ins missed within 7 days"
    value: str  # the measured value, in words; "no value" where there is none
    threshold: str
    truth: bool | None
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlertEvidence:
    """The evidence of an alert: the rule's findings at an instant, and the ways to clear it."""

    as_of: Instant  # microseconds since 1970
    findings: tuple[FindingSeen, ...]
    clears: str  # one line, or a heading and a list
    clears_at: Instant | None  # when it ends by itself if no event comes


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
    inhibited_by: int | None = None  # nobody is told while the alert of this id is unresolved
    inactivity: Inactivity | None = None  # None if an event made the rule hold
    held_at: Instant | None = None  # since when it is held
    notified_at: Instant | None = None  # when the last telling of it began

    @property
    def in_doubt(self) -> bool:
        """Whether it is held back for now because an outage may have caused it."""
        return self.inactivity in {"unjudged", "held"}
