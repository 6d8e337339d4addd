"""The sole importer of APScheduler: a few fixed ticks, and the watch over them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.errors import HandrailError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """A flow's step, which does all that is due, and how often it is to be taken (seconds)."""

    name: str
    every: float
    step: Callable[[], object]


class Scheduler:
    """Takes each tick's step again and again, each in a thread of its own, never two of one tick at once.

    A step that fails is logged and counted in `failures`, and the next one comes as if it had not. Where
    a tick has neither begun nor ended a step for `give_up_after` seconds it is stale: its step hangs, or
    the thread that starts them has died.
    """

    def __init__(
        self,
        ticks: Sequence[Tick],
        give_up_after: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.steps = dict.fromkeys((tick.name for tick in ticks), 0)
        self.failures = dict.fromkeys(self.steps, 0)
        self._ticks = ticks
        self._give_up_after = give_up_after
        self._monotonic = monotonic
        self._last = dict.fromkeys(self.steps, monotonic())
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread a tick: durable_rules wants to meet the same one each time.
            executors={tick.name: ThreadPoolExecutor(1) for tick in ticks},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        # That a step takes longer than its interval is nothing to warn of: the next does all that is due.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Begin, each tick at once."""
        for tick in self._ticks:
            self._scheduler.add_job(
                self._take, "interval", [tick], seconds=tick.every,
                id=tick.name, executor=tick.name, next_run_time=datetime.now(UTC),
            )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Begin no more steps, and return when those under way have ended."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def stale(self) -> list[str]:
        """The ticks that have shown no life for too long."""
        now = self._monotonic()
        return [
            tick.name
            for tick in self._ticks
            if now - self._last[tick.name] > self._give_up_after + tick.every
        ]

    def _take(self, tick: Tick) -> None:
        # One that was waiting for its thread when the end came.
        if self._stopping.is_set():
            return
        self._last[tick.name] = self._monotonic()
        if not take(tick):
            self.failures[tick.name] += 1
        self.steps[tick.name] += 1
        self._last[tick.name] = self._monotonic()


def take(tick: Tick) -> bool:
    """Take one step; whether it went well, for what went wrong is logged and goes no further."""
    try:
        tick.step()
    except HandrailError as error:
        _log.error("tick failed", tick=tick.name, why=str(error))
    except Exception:
        _log.exception("tick failed", tick=tick.name)
    else:
        return True
    return False
