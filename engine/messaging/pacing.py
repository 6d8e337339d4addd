"""Pacing: how often a recipient's phone may buzz; pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.instant import HOUR_US, MINUTE_US, Instant
from engine.model.message import Waiting

# At most this many texts within this long. Urgent ones count, but are never held back.
LIMITS = ((MINUTE_US, 1), (15 * MINUTE_US, 5), (HOUR_US, 11))
LONGEST_US = max(window for window, _ in LIMITS)
_SPACING_US = LIMITS[0][0]


def next_text_at(sent: Sequence[Instant], now: Instant) -> Instant:
    """Return the first instant from `now` on at which one more text keeps every limit.

    Args:
        sent: When texts were sent to the phone.
        now: The present instant.
    """
    newest_first = sorted(sent, reverse=True)
    freed = (
        newest_first[most - 1] + window for window, most in LIMITS if len(newest_first) >= most
    )
    return max(now, *freed) if newest_first else now


def apart_from(same_words: Sequence[Instant], now: Instant) -> Instant:
    """Return the first instant from `now` on at which a text of these words may go again.

    This holds for urgent texts too. A text whose outcome is unknown is looked up by its words and
    its time, so two of the same words must not go at the same time.

    Args:
        same_words: When texts of the same words were sent to the phone.
        now: The present instant.
    """
    return max(now, *(at + _SPACING_US for at in same_words)) if same_words else now


def room(sent: Sequence[Instant], now: Instant) -> int:
    """Return how many more texts the longer limits leave now.

    Waiting texts beyond that number go together as one.
    """
    longer = ((window, most) for window, most in LIMITS if window > _SPACING_US)
    return max(0, min(most - sum(at > now - window for at in sent) for window, most in longer))


def together(claimed_id: int, waiting: Sequence[Waiting], left: int, now: Instant) -> list[Waiting]:
    """Return the messages that go as one text with the claimed message, itself included.

    All due messages do if more wait than there is room for. Gathered messages always do, due or
    not, with all that are gathered for the same reason.

    Args:
        claimed_id: The claimed message.
        waiting: The waiting messages to the same phone.
        left: How many more texts the limits leave now.
        now: The present instant.

    Returns:
        The messages; none if the claimed message goes alone.
    """
    claimed = next((one for one in waiting if one.id == claimed_id), None)
    if claimed is None:
        return []
    due = [one for one in waiting if one.due_at <= now or one is claimed]
    alike = [one for one in waiting if one.gathered == claimed.gathered] if claimed.gathered else []
    chosen = {one.id: one for one in (*alike, *(due if len(due) > left else ()))}
    return [chosen[key] for key in sorted(chosen)] if len(chosen) > 1 else []
