"""What people would have been told of one client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.instant import Instant
from engine.model.staff import Staff


class SimulatedText(NamedTuple):
    """One text, which this rule's alert carries, to somebody, sent at an instant (microseconds since 1970)."""

    rule_id: str
    staff: Staff
    at: Instant


@dataclass(slots=True)
class SimulatedNotifications:
    """The texts of first steps.

    And by rule, once for each: alerts that reach nobody, and texts that quiet hours held back until there was nothing
    to tell any more.
    """

    texts: list[SimulatedText] = field(default_factory=list)
    reach_nobody: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
