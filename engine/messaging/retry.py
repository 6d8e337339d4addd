"""How long a message that did not go out waits before it is tried again; pure.

settlement.py decides which messages are.
"""

from __future__ import annotations

from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, SECOND_US

FIRST_US = 30 * SECOND_US
LONGEST_US = 15 * MINUTE_US


def back_off(attempts: int, message_id: int) -> Duration:
    """Return how long to wait before the next attempt: twice as long each time, up to 15 minutes.

    The id moves the wait by up to a quarter either way. Messages that failed together therefore do
    not come back together, and a repeated run waits exactly as long.

    Args:
        attempts: How many attempts were made, from 1.
        message_id: The message's id.

    Returns:
        The wait in microseconds.
    """
    wait = min(FIRST_US << min(attempts - 1, 10), LONGEST_US)
    # Knuth's multiplicative hash spreads neighbouring ids over the whole range.
    share = ((message_id * 31 + attempts) * 2_654_435_761 % 2**32) / 2**32
    return round(wait * (0.75 + 0.5 * share))
