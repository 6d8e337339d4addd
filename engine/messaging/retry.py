"""When a message that did not go out is tried again."""

from __future__ import annotations

from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, SECOND_US

FIRST_US = 30 * SECOND_US
LONGEST_US = 15 * MINUTE_US


def back_off(attempts: int, message_id: int) -> Duration:
    """Microseconds to wait after so many attempts (from 1): doubled each time, up to a quarter of an hour.

    A quarter is taken off or added by the message's own id, so that many which failed together do
    not come back together, and a repeated run waits exactly as long.
    """
    wait = min(FIRST_US << min(attempts - 1, 10), LONGEST_US)
    # Knuth's multiplicative hash spreads neighbouring ids over the whole range.
    share = ((message_id * 31 + attempts) * 2_654_435_761 % 2**32) / 2**32
    return round(wait * (0.75 + 0.5 * share))
