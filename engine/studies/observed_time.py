"""The time in which something is known of a client."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.duration import Duration
from engine.model.instant import DAY_US, Instant

# A twelfth of 365.25 days.
MONTH_US = DAY_US * 487 // 16


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The stretches of time (from, to) in which a client was in care and observed.

    A client is observed until their last known event, because later time may only lack data.
    """

    stretches: tuple[tuple[Instant, Instant], ...] = ()

    @property
    def duration(self) -> Duration:
        """Microseconds."""
        return sum(ended - began for began, ended in self.stretches)

    def holds(self, began: Instant, ended: Instant) -> bool:
        """Whether it was observed all the time between two instants, these included."""
        return any(first <= began and ended <= last for first, last in self.stretches)
