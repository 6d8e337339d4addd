"""How often a recipient's phone may buzz: when the next text may go, and how many more; pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.instant import HOUR_US, MINUTE_US, Instant
from engine.model.message import Waiting

# At most so many texts within so long; urgent ones count but are never held back.
LIMITS = ((MINUTE_US, 1), (15 * MINUTE_US, 5), (HOUR_US, 11))
LONGEST_US = max(window for window, _ in LIMITS)
_SPACING_US = LIMITS[0][0]


def next_text_at(sent: Sequence[Instant], now: Instant) -> Instant:
    """The first instant from `now` on at which one more text keeps every limit, after those sent at these instants."""
    newest_first = sorted(sent, reverse=True)
    freed = (
        newest_first[most - 1] + window for window, most in LIMITS if len(newest_first) >= most
    )
    return max(now, *freed) if newest_first else now


def room(sent: Sequence[Instant], now: Instant) -> int:
    """How many more texts the longer limits leave for now.

    Those that wait beyond it go together as one.
    """
    longer = ((window, most) for window, most in LIMITS if window > _SPACING_US)
    return max(0, min(most - sum(at > now - window for at in sent) for window, most in longer))


def together(claimed_id: int, waiting: Sequence[Waiting], left: int, now: Instant) -> list[Waiting]:
    """Those that go as one text with the claimed message, itself among them; empty where it goes alone.

    All that is due does where more wait than there is room for. What is gathered does always,
    whether due or not, with all that is gathered for the same reason.
    """
    claimed = next((one for one in waiting if one.id == claimed_id), None)
    if claimed is None:
        return []
    due = [one for one in waiting if one.due_at <= now or one is claimed]
    alike = [one for one in waiting if one.gathered == claimed.gathered] if claimed.gathered else []
    chosen = {one.id: one for one in (*alike, *(due if len(due) > left else ()))}
    return [chosen[key] for key in sorted(chosen)] if len(chosen) > 1 else []
