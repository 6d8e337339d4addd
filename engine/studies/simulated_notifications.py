"""What people would have been told of one client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.staff import Staff


class SimulatedText(NamedTuple):
    """One text about an alert of a rule, sent to a member of staff at an instant."""

    rule_id: str
    staff: Staff
    at: Instant


@dataclass(slots=True)
class SimulatedNotifications:
    """The texts of first steps.

    Attributes:
        texts: Every text.
        reach_nobody: The rule of each alert that has no recipient.
        taken_back: The rule of each text that quiet hours held until its alert was over.
    """

    texts: list[SimulatedText] = field(default_factory=list)
    reach_nobody: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
