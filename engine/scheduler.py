"""The ticks, and the watch over them; the sole importer of APScheduler.

Ticks come by the monotonic clock. APScheduler plans its jobs by the machine's clock, which may be
set while the daemon runs. Its trigger therefore plans only from now on, and `wake_late` begins what
the monotonic clock says is late.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from engine.errors import HandrailError

# A tick that begins no step for this many seconds has lost the thread that starts it.
IDLE_SECONDS = 120.0
# A tick is late if it begins no step for this many seconds beyond its interval.
LATE_SECONDS = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """A flow's step, which does all that is due, and the seconds between two steps."""

    name: str
    every: float
    step: Callable[[], object]


@dataclass(slots=True)
class _Progress:
    """The state of a tick; times are seconds on the monotonic clock."""

    last: float  # when it last began or ended a step, or was made
    succeeded: float  # when a step last went well, or it was made
    running: bool = False
    failing: bool = False  # whether its last step failed
    woken: bool = False  # whether work came in since its last step began


class Every(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Plans the next step from now on, so that a clock set far ahead makes up no missed steps."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when the next step begins."""
        return now + self._interval


class Scheduler:
    """Repeats each tick's step in a thread of its own, never two steps of one tick at once.

    A step that fails is logged and counted in `failures`, and the next one comes as if it had not.
    """

    def __init__(
        self,
        ticks: Sequence[Tick],
        give_up_after: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the ticks; nothing begins yet.

        Args:
            ticks: The ticks, each under a name of its own.
            give_up_after: Seconds after which a step that does not end makes its tick stale.
            monotonic: Seconds on a clock that nobody sets.
        """
        self.steps = dict.fromkeys((tick.name for tick in ticks), 0)
        self.failures = dict.fromkeys(self.steps, 0)
        self._ticks = ticks
        self._give_up_after = give_up_after
        self._monotonic = monotonic
        self._progress = {name: _Progress(monotonic(), monotonic()) for name in self.steps}
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread a tick, because durable_rules needs the same one each time.
            executors={tick.name: ThreadPoolExecutor(1) for tick in ticks},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        # A step may take longer than its interval; the next one does all that is due.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Begin, each tick at once."""
        for tick in self._ticks:
            self._scheduler.add_job(
                self._take, Every(tick.every), [tick],
                id=tick.name, executor=tick.name, next_run_time=datetime.now(UTC),
            )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Begin no more steps, and return when those in progress have ended."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """Begin a tick's next step at once, or as soon as its present one has ended."""
        if self._stopping.is_set():
            return
        self._progress[name].woken = True
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    def wake_late(self) -> None:
        """Begin the steps that are late because the machine's clock was set back.

        Call it every second.
        """
        now = self._monotonic()
        for tick in self._ticks:
            progress = self._progress[tick.name]
            if not progress.running and now - progress.last > tick.every + LATE_SECONDS:
                self._scheduler.modify_job(tick.name, next_run_time=datetime.now(UTC))

    def stale(self) -> list[str]:
        """Return the ticks whose step hangs, or whose next step does not begin."""
        now = self._monotonic()
        return [tick.name for tick in self._ticks if self._is_stale(tick, now)]

    def without_success(self, names: Collection[str], seconds: float) -> list[str]:
        """Return the ticks among `names` whose last good step is too long ago."""
        now = self._monotonic()
        return [
            tick.name
            for tick in self._ticks
            if tick.name in names
            and now - self._progress[tick.name].succeeded > seconds + tick.every
        ]

    def failing(self, names: Collection[str]) -> list[str]:
        """Return the ticks among `names` whose last step failed."""
        return [
            name for name, progress in self._progress.items() if name in names and progress.failing
        ]

    def _is_stale(self, tick: Tick, now: float) -> bool:
        progress = self._progress[tick.name]
        bound = self._give_up_after if progress.running else min(self._give_up_after, IDLE_SECONDS)
        return now - progress.last > bound + tick.every

    def _take(self, tick: Tick) -> None:
        # It may have waited for its thread while the daemon began to stop.
        if self._stopping.is_set():
            return
        progress = self._progress[tick.name]
        self._step(tick, progress)
        # APScheduler begins no step while one is in progress.
        while progress.woken and not self._stopping.is_set():
            self._step(tick, progress)

    def _step(self, tick: Tick, progress: _Progress) -> None:
        progress.woken = False
        progress.last, progress.running = self._monotonic(), True
        went_well = take(tick)
        progress.last, progress.running = self._monotonic(), False
        progress.failing = not went_well
        if went_well:
            progress.succeeded = progress.last
        else:
            self.failures[tick.name] += 1
        self.steps[tick.name] += 1


def take(tick: Tick) -> bool:
    """Take one step; return whether it went well. An error is logged and goes no further."""
    try:
        tick.step()
    except HandrailError as error:
        _log.error("tick failed", tick=tick.name, why=str(error))
    except Exception:
        _log.exception("tick failed", tick=tick.name)
    else:
        return True
    return False
