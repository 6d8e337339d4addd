"""What people would have been told of one client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.spans import Span
from engine.model.staff import Staff


class SimulatedText(NamedTuple):
    """One text about an alert of a rule, sent to a member of staff at an instant."""

    rule_id: str
    staff: Staff
    at: Instant


class SimulatedTelling(NamedTuple):
    """A decision at an instant to tell people of a span.

    `notified` is when the first text goes; None if there is none.
    """

    at: Instant
    notified: Instant | None


@dataclass(slots=True)
class SimulatedNotifications:
    """The texts of first steps.

    Attributes:
        texts: Every text.
        tellings: By span, when people would be told of it, ascending.
        reach_nobody: The rule of each alert that has no recipient.
        taken_back: The rule of each text that quiet hours held until its alert was over.
    """

    texts: list[SimulatedText] = field(default_factory=list)
    tellings: dict[Span, list[SimulatedTelling]] = field(default_factory=dict)
    reach_nobody: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
