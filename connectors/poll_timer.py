"""When a source that must be asked is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.errors import UserError
from engine.model.duration import Duration

# A source that calls is asked again this soon, and however often it calls no sooner.
NEAREST = timedelta(seconds=10)


class PollTimer:
    """Spaces out the readings of a source.

    Between two readings the last result stands, so that a source that could not be read does not
    count as well.
    """

    def __init__(self, every: Duration) -> None:
        """Begin with a source that was never asked and is asked `every` so many microseconds."""
        self._every = timedelta(microseconds=every)
        self._asked: datetime | None = None
        self._wait = self._every
        self._failure: UserError | None = None
        self._nudged = False

    def nudge(self) -> None:
        """Note that the source has something new; any thread may say so."""
        self._nudged = True

    def is_due(self, now: datetime) -> bool:
        """Return whether the source is to be asked now.

        Raises:
            UserError: It is not, and it could not be read the last time.
        """
        if self._is_time(now):
            self._nudged = False  # what comes from now on is news again
            return True
        if self._failure is not None:
            raise UserError(str(self._failure))
        return False

    def _is_time(self, now: datetime) -> bool:
        # A clock that was set back puts nothing off.
        if self._asked is None or not self._asked <= now < self._asked + self._wait:
            return True
        # A source that could not be read is left alone for as long as it asked.
        return self._nudged and self._failure is None and now >= self._asked + NEAREST

    def went_well(self, now: datetime) -> None:
        """Note that the source was read to its end."""
        self._asked, self._wait, self._failure = now, self._every, None

    def failed(self, now: datetime, failure: UserError, wait: timedelta = timedelta()) -> None:
        """Note that it could not be read; it is asked again after `wait`, if that is longer."""
        self._asked, self._wait, self._failure = now, max(self._every, wait), failure
