"""The clock of the flows: the machine's clock, guarded against jumps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.calendar import machine_clock
from engine.calendar.machine_clock import AHEAD_US, EARLIEST, ClockReading, ClockState, ClockVerdict
from engine.model.instant import LAST_US, SECOND_US, Instant, to_us
from engine.ports import Clock


class GuardedClock:
    """Tells flows the time; safe for all threads.

    Until it is guarded it returns the machine's time. A process that steps once has no monotonic
    time to compare it with. It remembers for each thread what it last said, and which repair of
    the clock had been seen by then.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._monotonic: Callable[[], float] | None = None
        self._state: ClockState | None = None
        self._database_ahead = 0
        self._repaired_at: Instant | None = None  # the last repair that was seen
        self._told = threading.local()

    def now(self) -> Instant:
        """Return the present instant; in doubt, the one by the monotonic clock."""
        with self._lock:
            now = self._now()
            self._told.now, self._told.repaired_at = now, self._repaired_at
            return now

    @property
    def is_guarded(self) -> bool:
        """Whether the machine's clock is compared with other clocks."""
        return self._monotonic is not None

    def guard(self, monotonic: Callable[[], float]) -> None:
        """From the next `begin` on, compare the machine's clock with the monotonic clock."""
        self._monotonic = monotonic

    def begin(
        self, database: Instant | None, last: Instant | None, floor: Instant | None
    ) -> tuple[ClockState, ClockVerdict, ClockReading]:
        """Judge the first reading, by the database's clock and the last step of a flow."""
        with self._lock:
            reading = self._reading(database)
            state, verdict = machine_clock.begin(reading, last, floor)
            if self._monotonic is None and verdict is ClockVerdict.JUMPED_BEHIND:
                # A process that steps once cannot wait for the clock to settle.
                state = ClockState(reading.said, reading.monotonic, reading.said)
                verdict = ClockVerdict.BELIEVED_BEHIND
            return state, verdict, reading

    def look(self, database: Instant | None) -> tuple[ClockState, ClockVerdict, ClockReading]:
        """Judge the present reading; the verdict counts once it is adopted."""
        with self._lock:
            reading = self._reading(database)
            if self._state is None or self._monotonic is None:
                floor = self._state.floor if self._state else reading.said
                return (
                    ClockState(reading.said, reading.monotonic, floor),
                    ClockVerdict.STEADY,
                    reading,
                )
            state, verdict = machine_clock.look(self._state, reading)
            return state, verdict, reading

    def adopt(self, state: ClockState, reading: ClockReading, repaired_at: Instant | None) -> None:
        """Go on from a state, after the repair of all that a wrong clock left behind.

        Args:
            state: The state.
            reading: The reading that was judged.
            repaired_at: The last repair, which counts as seen from now on.
        """
        with self._lock:
            self._state = state
            self._database_ahead = -reading.differs
            self._repaired_at = repaired_at

    def has_seen(self, repaired_at: Instant | None) -> bool:
        """Return whether the last repair is the one that was seen."""
        with self._lock:
            return self._repaired_at == repaired_at

    def answer_for(self, repaired_at: Instant | None) -> None:
        """Let this thread write, because it has made this repair or goes by it."""
        self._told.now, self._told.repaired_at = EARLIEST, repaired_at

    def may_write(self, looked_at: Instant, repaired_at: Instant | None) -> bool:
        """Return whether this thread's decisions go by the time that all daemons share.

        Args:
            looked_at: The last tick in the database.
            repaired_at: The last repair of the clock.

        Returns:
            False if the clock was repaired after this thread had read it. False, too, if the thread
            read a time far beyond the last tick, as after a suspension. True before `begin`.
        """
        with self._lock:
            if self._state is None:
                return True
            if getattr(self._told, "repaired_at", self._repaired_at) != repaired_at:
                return False
            # A process that steps once looks once.
            told: Instant = getattr(self._told, "now", EARLIEST)
            return self._monotonic is None or told <= looked_at + AHEAD_US

    def _now(self) -> Instant:
        if self._state is None or self._monotonic is None:
            return self._wall()
        reading = self._reading(None)
        expected = self._state.expected(reading.monotonic)
        said = reading.wall + self._database_ahead
        steady = machine_clock.compare(said, expected) is ClockVerdict.STEADY
        return said if steady and self._state.doubted is None else expected

    def _reading(self, database: Instant | None) -> ClockReading:
        monotonic = round(self._monotonic() * SECOND_US) if self._monotonic else 0
        return ClockReading(self._wall(), monotonic, database)

    def _wall(self) -> Instant:
        try:
            return to_us(self._clock.now())
        except ValueError:  # a dead battery may say any year
            return LAST_US
