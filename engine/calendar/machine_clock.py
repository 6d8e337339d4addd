"""Judge the machine's clock by the monotonic clock, the last tick and the database's clock; pure.

An impossible reading decides nothing. After a jump, time goes on by the monotonic clock. If the new
time stays for a while, it is believed: a wrong clock is set right once, and a clock that slips
comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from engine.model.duration import Duration
from engine.model.instant import DAY_US, HOUR_US, LAST_US, MINUTE_US, Instant, to_us

# A smaller difference is no news.
AHEAD_US = 5 * MINUTE_US
BEHIND_US = MINUTE_US
# A new time must stay this long before it is believed; a time server needs less after a start.
SETTLES_US = MINUTE_US
# Handrail did not exist before. A machine with a dead battery shows such times, and no wait makes
# them believable.
EARLIEST = to_us(datetime(2026, 1, 1, tzinfo=UTC))

# A shorter pause of the daemon is no gap. Two gaps with less than this between them are one.
GAP_US = HOUR_US
_GAPS_APART_US = DAY_US
LONGEST_GAP_US = 30 * DAY_US


class ClockVerdict(Enum):
    """The finding about a reading of the clock."""

    STEADY = "steady"
    JUMPED_AHEAD = "jumped ahead"  # just now; time goes on as before
    JUMPED_BEHIND = "jumped behind"
    DOUBTED = "doubted"  # the same jump, not long enough ago to be believed
    RIGHT_AGAIN = "right again"  # the clock is back where it would be without the jump
    BELIEVED_AHEAD = "believed ahead"  # the new time has stayed
    BELIEVED_BEHIND = "believed behind"

    @property
    def is_news(self) -> bool:
        """Whether people must hear of it, because a jump is seen or believed."""
        return self not in {ClockVerdict.STEADY, ClockVerdict.DOUBTED, ClockVerdict.RIGHT_AGAIN}


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The clocks at one moment; `database` is None if it has no clock of its own."""

    wall: Instant
    monotonic: Duration
    database: Instant | None = None

    @property
    def said(self) -> Instant:
        """The time to judge: the database's, if the machine's differs from it.

        All daemons on a database share its clock.
        """
        return self.wall if self.database is None or not self.differs else self.database

    @property
    def differs(self) -> Duration:
        """How far the machine's clock is ahead of the database's; 0 if they agree."""
        by = self.wall - self.database if self.database is not None else 0
        return by if abs(by) > BEHIND_US else 0


@dataclass(frozen=True, slots=True)
class ClockState:
    """The engine's time at a moment of the monotonic clock, and the jump that is in doubt.

    `floor` is the least that this moment can be, if the times before the last gap were right.
    """

    now: Instant
    monotonic: Duration
    floor: Instant
    doubted: Instant | None = None  # the clock's reading at `doubted_at`
    doubted_at: Duration = 0

    def expected(self, monotonic: Duration) -> Instant:
        """Return the time at another moment of the monotonic clock."""
        return self.now + monotonic - self.monotonic


def compare(said: Instant, expected: Instant) -> ClockVerdict:
    """Return whether a clock says what it would say without a jump."""
    if said > expected + AHEAD_US:
        return ClockVerdict.JUMPED_AHEAD
    return ClockVerdict.JUMPED_BEHIND if said < expected - BEHIND_US else ClockVerdict.STEADY


def begin(
    reading: ClockReading, last: Instant | None, floor: Instant | None
) -> tuple[ClockState, ClockVerdict]:
    """Judge the first reading of a process.

    Args:
        reading: The clocks.
        last: The last tick on this database, by the clock at that time; None if there was none.
        floor: The `ClockState.floor` stored with it; None if there is none.

    Returns:
        The state to go on from, and the verdict. A clock behind the last tick is believed if that
        tick came after an unexplained gap; it is doubted if no such gap explains it.
    """
    said, monotonic = reading.said, reading.monotonic
    if last is None:
        return ClockState(said, monotonic, EARLIEST), ClockVerdict.STEADY
    known = max(EARLIEST, last if floor is None else min(floor, last))
    match compare(said, last):
        case ClockVerdict.STEADY:
            return ClockState(said, monotonic, known), ClockVerdict.STEADY
        case ClockVerdict.JUMPED_AHEAD:  # no daemon ran meanwhile, or so it seems
            return ClockState(said, monotonic, last), ClockVerdict.STEADY
    if said >= known:
        return ClockState(said, monotonic, said), ClockVerdict.BELIEVED_BEHIND
    return ClockState(last, monotonic, known, said, monotonic), ClockVerdict.JUMPED_BEHIND


def look(state: ClockState, reading: ClockReading) -> tuple[ClockState, ClockVerdict]:
    """Judge a later reading of the same process.

    Returns:
        The state to go on from, and the verdict.
    """
    said, monotonic = reading.said, reading.monotonic
    expected = state.expected(monotonic)
    floor = state.floor + monotonic - state.monotonic
    verdict = compare(said, expected)
    if verdict is ClockVerdict.STEADY:
        was_doubted = state.doubted is not None
        steady = ClockState(said, monotonic, min(floor, said))
        return steady, ClockVerdict.RIGHT_AGAIN if was_doubted else ClockVerdict.STEADY
    if state.doubted is None or not _stays(state, state.doubted, said, monotonic):
        return ClockState(expected, monotonic, floor, said, monotonic), verdict
    if monotonic - state.doubted_at < SETTLES_US or not EARLIEST <= said < LAST_US:
        doubted = ClockState(expected, monotonic, floor, state.doubted, state.doubted_at)
        return doubted, ClockVerdict.DOUBTED
    if verdict is ClockVerdict.JUMPED_AHEAD:
        return ClockState(said, monotonic, expected), ClockVerdict.BELIEVED_AHEAD
    return ClockState(said, monotonic, said), ClockVerdict.BELIEVED_BEHIND


def _stays(state: ClockState, doubted: Instant, said: Instant, monotonic: Duration) -> bool:
    return compare(said, doubted + monotonic - state.doubted_at) is ClockVerdict.STEADY


def gap(
    last: Instant, now: Instant, before: tuple[Instant, Instant] | None
) -> tuple[Instant, Instant] | None:
    """Return the last period in which no daemon ran.

    Args:
        last: The tick before this one.
        now: This tick.
        before: The gap known so far, as (beginning, end).
    """
    if now - last < GAP_US:
        return before
    if before is not None and 0 <= last - before[1] < _GAPS_APART_US:
        return before[0], now
    return last, now


def awake_for(within: Duration, away: tuple[Instant, Instant] | None, now: Instant) -> Duration:
    """Return how far back to look so that a daemon ran for the given time, at most 30 days more.

    An event that came while no daemon ran is therefore no old news when one runs again.
    """
    if away is None or not 0 <= now - away[1] < within:
        return within
    return within + min(away[1] - away[0], LONGEST_GAP_US)
