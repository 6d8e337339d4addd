"""The clock of the flows: the machine's clock, guarded against jumps."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.calendar import machine_clock
from engine.calendar.machine_clock import ClockReading, ClockState, ClockVerdict
from engine.model.instant import LAST_US, SECOND_US, Instant, to_us
from engine.ports import Clock


class GuardedClock:
    """Tells flows the time; safe for all threads.

    Until it is guarded it returns the machine's time. A process that steps once has no monotonic
    time to compare it with.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._monotonic: Callable[[], float] | None = None
        self._state: ClockState | None = None
        self._database_ahead = 0

    def now(self) -> Instant:
        """Return the present instant; in doubt, the one by the monotonic clock."""
        with self._lock:
            if self._state is None or self._monotonic is None:
                return self._wall()
            reading = self._reading(None)
            expected = self._state.expected(reading.monotonic)
            said = reading.wall + self._database_ahead
            steady = machine_clock.compare(said, expected) is ClockVerdict.STEADY
            return said if steady and self._state.doubted is None else expected

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

    def adopt(self, state: ClockState, reading: ClockReading) -> None:
        """Go on from a state, after the repair of all that a wrong clock left behind."""
        with self._lock:
            self._state = state
            self._database_ahead = -reading.differs

    def _reading(self, database: Instant | None) -> ClockReading:
        monotonic = round(self._monotonic() * SECOND_US) if self._monotonic else 0
        return ClockReading(self._wall(), monotonic, database)

    def _wall(self) -> Instant:
        try:
            return to_us(self._clock.now())
        except ValueError:  # a dead battery may say any year
            return LAST_US
