"""Mutes: for a time nobody is told of a client, or of a rule's alerts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.duration import Duration
from engine.model.instant import DAY_US, Instant

# A rule that is to be silent for longer is on trial or retired; a client is on leave or discharged.
LONGEST_US: Duration = 30 * DAY_US


@dataclass(frozen=True, slots=True)
class Mute:
    """A client or a rule whose alerts tell nobody from `began` until just before `ended`.

    One of `client_id` and `rule_id` is None.
    """

    id: int
    client_id: int | None
    rule_id: str | None
    began: Instant
    ended: Instant
    why: str
