"""When an exercise is over, and why; pure."""

from __future__ import annotations

from enum import StrEnum

from engine.model.alert import Alert
from engine.model.instant import MINUTE_US, Instant

# Long enough for every step of a usual urgent policy, and a person who needs a while.
LONGEST_US = 90 * MINUTE_US


class DrillEnd(StrEnum):
    """Why an exercise is over, or that it goes on."""

    GOES_ON = "goes_on"
    REAL_ALERT = "real_alert"
    TAKEN = "taken"
    TIME_OVER = "time_over"


def drill_end(alert: Alert, *, real_alert: bool, now: Instant) -> DrillEnd:
    """Decide whether an exercise is over.

    Args:
        alert: The exercise, which is not resolved.
        real_alert: Whether an urgent or high alert about a client has opened since it began.
        now: The present instant.
    """
    if real_alert:
        return DrillEnd.REAL_ALERT
    if alert.state == "acknowledged":
        return DrillEnd.TAKEN
    return DrillEnd.TIME_OVER if now - alert.opened_at >= LONGEST_US else DrillEnd.GOES_ON
