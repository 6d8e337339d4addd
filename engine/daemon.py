"""The daemon: the ticks, the watch over them, the pages for machines, and a clean end."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import structlog

from engine.app import Engine
from engine.errors import HandrailError, StoreUnavailableError
from engine.flows.operations import watchdog
from engine.scheduler import Scheduler, take
from engine.store.operations.counts import figures
from engine.web.server import WebServer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from prometheus_client import Metric

# How often the watch looks at the ticks (seconds).
WATCH = 1.0
# Hardly anybody ends a daemon and starts it anew within so many seconds.
A_MOMENT = 15

_log = structlog.get_logger()


def step_once(engine: Engine) -> bool:
    """Step every flow once, in the order in which one feeds the next; whether all went well."""
    engine.accept_settings()
    failed = [tick.name for tick in engine.ticks() if not take(tick)]
    return not failed


def run(engine: Engine, serving: Callable[[str], None] = lambda _: None) -> None:
    """Run until SIGTERM or SIGINT; then the steps under way are finished. `serving` is told the pages' address.

    Raises UserError where the port is in use. Ends the process with exit code 3 where a tick is stale, for
    the service manager to start it anew: what hangs in a thread cannot be ended otherwise.
    """
    # Signals are only noted, for a handler may run between any two instructions.
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.put(received))
    settings = engine.settings
    scheduler = Scheduler(engine.ticks(), settings.ticks.give_up_after / 1_000_000)
    watch = Watch(engine, scheduler)
    web = WebServer(settings.web.host, settings.web.port, watch.pages)
    ago = engine.last_step_ago()
    if ago is not None and ago < A_MOMENT:
        _log.warning(
            "another daemon stepped a moment ago; where it still runs, the two share the work",
            seconds=ago,
        )
    # Only now, for one that cannot start must not change what another goes by.
    engine.accept_settings()
    web.start()
    serving(web.address)
    scheduler.start()
    _log.info(
        "started", rules=len(engine.rulebook.rules), database=engine.database.shown, web=web.address
    )
    while (received := _next(signals)) is None:
        if stale := scheduler.stale():
            _log.critical("ticks are stale, so this process ends", ticks=stale)
            os._exit(HandrailError.exit_code)
    _log.info("stopping", signal=signal.Signals(received).name)
    engine.stopping.set()
    scheduler.stop()
    web.stop()
    _log.info("stopped")


def _next(signals: queue.SimpleQueue[int]) -> int | None:
    try:
        return signals.get(timeout=WATCH)
    except queue.Empty:
        return None


class Watch:
    """What the pages for machines tell of the daemon."""

    def __init__(self, engine: Engine, scheduler: Scheduler) -> None:
        self._engine = engine
        self._scheduler = scheduler

    def pages(self) -> FastAPI:
        """The pages, made where they are served, for FastAPI takes long to import."""
        from engine.web.pages import pages  # noqa: PLC0415

        return pages(self, self._engine.twilio_calls())

    def stale(self) -> list[str]:
        """The ticks that have shown no life for too long."""
        return self._scheduler.stale()

    def unready(self) -> list[str]:
        """Why no work can be done, a sentence each."""
        try:
            outdated = self._engine.database.outdated()
        except StoreUnavailableError as error:
            return [str(error)]
        reasons = [outdated] if outdated else []
        if not self._engine.rulebook.rules:
            reasons.append("No rules are loaded.")
        return reasons

    def warnings(self) -> list[str]:
        """The promises that the last audit found broken."""
        with self._engine.database.read() as conn:
            return list(watchdog.standing(conn))

    def collect(self) -> Iterator[Metric]:
        """The figures, for Prometheus."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

        steps = CounterMetricFamily("handrail_tick_steps", "Steps taken.", labels=["tick"])
        failures = CounterMetricFamily(
            "handrail_tick_failures", "Steps that failed.", labels=["tick"]
        )
        for tick, number in self._scheduler.steps.items():
            steps.add_metric([tick], number)
            failures.add_metric([tick], self._scheduler.failures[tick])
        done = CounterMetricFamily("handrail_done", "What the ticks did.", labels=["tick", "what"])
        for name, number in self._engine.totals.items():
            done.add_metric(name.split(".", 1), number)
        yield from (steps, failures, done)
        with self._engine.database.read() as conn:
            found = figures(conn)
            broken, missing = watchdog.standing(conn), watchdog.outages(conn)
        yield GaugeMetricFamily(
            "handrail_rejects", "Rows that wait to be mended.", value=found.rejects
        )
        yield GaugeMetricFamily(
            "handrail_broken_promises", "What the last audit found broken.", value=len(broken)
        )
        yield GaugeMetricFamily(
            "handrail_alerts_held", "Alerts held while data are missing.", value=found.held
        )
        yield GaugeMetricFamily(
            "handrail_outages", "Sources and rules by which data are missing.", value=len(missing)
        )
        for name, by_state in (("alerts", found.alerts), ("messages", found.messages)):
            family = GaugeMetricFamily(
                f"handrail_{name}", f"How many {name} there are, by state.", labels=["state"]
            )
            for state, number in by_state.items():
                family.add_metric([state], number)
            yield family
