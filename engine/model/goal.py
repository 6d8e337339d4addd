"""Goals that a client sets out to meet."""

from __future__ import annotations

from enum import StrEnum


class GoalStatus(StrEnum):
    """What an event says of a goal."""

    SET = "set"
    PROGRESS = "progress"
    MET = "met"
    UNMET = "unmet"
    DROPPED = "dropped"
