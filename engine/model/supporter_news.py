"""What a rule lets supporters know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.model.duration import Duration

# Only a person asks for a call, and a family session is told by its schedule.
SupporterTopic = Literal["milestones", "missed_contact"]
TOPICS: tuple[SupporterTopic, ...] = ("milestones", "missed_contact")


@dataclass(frozen=True, slots=True)
class SupporterNews:
    """What a rule lets supporters know, and how long after people are told of its alert."""

    of: SupporterTopic
    after: Duration = 0
