"""What a rule saw of a client at an instant, in the client's local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.alert_explanation import ExplainedFinding
from engine.model.rule import Status


class RuleState(StrEnum):
    """Whether a rule held at an instant, or why it did not."""

    HELD = "held"
    NOT_MET = "its conditions were not met"
    HOLD_NOT_OVER = "its conditions were met, but its hold was not over"
    NOT_IN_CARE = "the client was not enrolled, or on leave"


@dataclass(frozen=True, slots=True)
class RuleAtInstant:
    """A rule, a client and an instant.

    `began` and `ended` are those of the span if the rule held; `ended` is None if no known event
    ends it. `merged_into` and `merged` are as of AlertExplanation.
    """

    client: str
    rule: str
    title: str
    status: Status
    at: datetime
    state: RuleState
    began: datetime | None
    ended: datetime | None
    findings: tuple[ExplainedFinding, ...]
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
