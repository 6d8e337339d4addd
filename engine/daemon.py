"""The daemon: the ticks, the watch over them, the pages for machines, and a clean end."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

import structlog

from engine.app import Engine
from engine.errors import HandrailError, OtherTablesError, StoreUnavailableError
from engine.flows.operations import watchdog
from engine.scheduler import Scheduler, take
from engine.service_manager import ServiceManager
from engine.store.operations import job_runs, queues, watchdog_state
from engine.store.operations.counts import expectations_of_a_day, figures
from engine.web.server import WebServer
from engine.web.server_certificate import ServerCertificate

if TYPE_CHECKING:
    from fastapi import FastAPI
    from prometheus_client import Metric

    from engine.model.settings import ConsoleSettings
    from engine.web.console.identity_provider import IdentityProvider

# How often the watch looks at the ticks (seconds).
WATCH = 1.0
# Nobody is told of anything while one of these flows does not work.
VITAL = ("evaluate", "deliver")
NO_SUCCESS_SECONDS = 120.0
# No daemon is usually ended and started again within this many seconds.
A_MOMENT = 15

_log = structlog.get_logger()


def step_once(engine: Engine) -> bool:
    """Step every flow once, each before those it feeds; return whether all went well."""
    engine.start_clock()
    engine.accept_settings()
    failed = [tick.name for tick in engine.ticks() if not take(tick)]
    return not failed


class ConsoleServer:
    """The console's server and the URL by which people call it."""

    def __init__(self, engine: Engine, settings: ConsoleSettings) -> None:
        """Take its port; UserError if that is in use."""
        self._engine = engine
        self._tls = ServerCertificate(settings.tls) if settings.tls else None
        context = self._tls.context if self._tls else None
        self._server = WebServer(
            settings.host, settings.port, self._application, part="console", tls=context
        )
        # Passkeys work under a name alone.
        self.url = settings.url or self._server.address.replace("//127.0.0.1:", "//localhost:")
        identity = settings.identity_provider
        self._secret = identity.client_secret.read(os.environ) if identity else ""
        self._identity = identity
        self.start, self.stop = self._server.start, self._server.stop

    def read_again(self) -> bool:
        """Take up a renewed certificate for new connections; return whether there is one."""
        return self._tls is not None and self._tls.read_again()

    @classmethod
    def of(cls, engine: Engine) -> ConsoleServer | None:
        """Return the console of an engine; None if the settings name none."""
        settings = engine.settings.console
        return cls(engine, settings) if settings else None

    def _application(self) -> FastAPI:
        from engine.web.console.routes import application  # noqa: PLC0415

        return application(self._engine.desk, self.url, self._provider())

    def _provider(self) -> IdentityProvider | None:
        if self._identity is None:
            return None
        from engine.web.console.identity_provider import IdentityProvider  # noqa: PLC0415

        return IdentityProvider(self._identity, self._secret, self.url, self._engine.now)


def run(
    engine: Engine,
    serving: Callable[[str], None] = lambda _: None,
    showing: Callable[[str], None] | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; then the steps in progress are finished.

    A stale tick ends the process with exit code 3, because nothing else ends a thread that hangs.
    The service manager then starts the process again. Systemd gets signs of life from this thread,
    so it ends a process whose watch itself hangs.

    Args:
        engine: The wired engine.
        serving: Gets the address of the pages.
        showing: Gets the console's URL, if there is a console.

    Raises:
        UserError: The port is in use.
        OtherTablesError: Another version has upgraded the database.
    """
    # Signals are only noted, because a handler may run between any two instructions.
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    # By SIGHUP log rotation asks daemons to read their files again, and to service managers it is a
    # clean end, after which they start nothing. A terminal that closes ends the daemon with it.
    ignored = set() if sys.stdin and sys.stdin.isatty() else {signal.SIGHUP}
    for number in {signal.SIGTERM, signal.SIGINT, *ignored}:
        signal.signal(number, lambda received, _: signals.put(received))
    settings = engine.settings
    scheduler = Scheduler(engine.ticks(), settings.ticks.give_up_after / 1_000_000)
    watch, manager = Watch(engine, scheduler), ServiceManager(os.environ)
    web = WebServer(settings.web.host, settings.web.port, watch.application)
    console, listeners = ConsoleServer.of(engine), engine.incoming.listeners()
    ago = engine.last_step_ago()
    if ago is not None and ago < A_MOMENT:
        _log.warning(
            "another daemon stepped a moment ago; where it still runs, the two share the work",
            seconds=ago,
        )
    # Only now, because a daemon that cannot start must not change what another goes by.
    engine.database.mark_served()
    engine.start_clock(time.monotonic)
    engine.accept_settings()
    web.start()
    for listener in listeners:
        listener.start()
    serving(web.address)
    if console:
        console.start()
        _log.info("console", url=console.url)
        if showing:
            showing(console.url)
    scheduler.start()
    engine.wake = scheduler.wake
    _log.info(
        "started", rules=len(engine.rulebook.rules), database=engine.database.shown, web=web.address
    )
    manager.ready(f"{len(engine.rulebook.rules)} rules serve; health at {web.address}/healthz")
    _log.info("stopping", why=_watch_over(engine, scheduler, manager, console, signals, ignored))
    manager.stopping()
    engine.stopping.set()
    for listener in listeners:
        listener.stop()
    scheduler.stop()
    web.stop()
    if console:
        console.stop()
    _log.info("stopped")
    if engine.overtaken.is_set():
        raise OtherTablesError(engine.database.outdated())


def _watch_over(
    engine: Engine,
    scheduler: Scheduler,
    manager: ServiceManager,
    console: ConsoleServer | None,
    signals: queue.SimpleQueue[int],
    ignored: Collection[int],
) -> str:
    """Watch over the ticks until there is a reason to stop; return it."""
    while (received := _next(signals)) is None or received in ignored:
        if received is not None and not (console and console.read_again()):
            _log.warning("SIGHUP does nothing; rule files are read without it")
        scheduler.wake_late()
        if stale := scheduler.stale():
            _log.critical("ticks are stale, so this process ends", ticks=stale)
            manager.failing(f"ends because ticks are stale: {', '.join(stale)}")
            os._exit(HandrailError.exit_code)
        if engine.overtaken.is_set():
            return "another version has upgraded the database"
        manager.alive()
    return signal.Signals(received).name


def _next(signals: queue.SimpleQueue[int]) -> int | None:
    try:
        return signals.get(timeout=WATCH)
    except queue.Empty:
        return None


class Watch:
    """The facts about the daemon for the pages for machines."""

    def __init__(self, engine: Engine, scheduler: Scheduler) -> None:
        """Read the token of the pages, if they have one; UserError if it is missing."""
        self._engine = engine
        self._scheduler = scheduler
        token = engine.settings.web.token
        self._token = token.read(os.environ) if token else ""

    def application(self) -> FastAPI:
        """Make the pages in the thread that serves them, because FastAPI takes long to import."""
        from engine.web.application import application  # noqa: PLC0415

        return application(self, self._engine.incoming.routes(), self._token)

    def stale(self) -> list[str]:
        """Return the ticks that show no life, and vital ones without success for too long."""
        stale = self._scheduler.stale()
        return stale + [
            name
            for name in self._scheduler.without_success(VITAL, NO_SUCCESS_SECONDS)
            if name not in stale
        ]

    def unready(self) -> list[str]:
        """Return why no work can be done, a sentence each.

        The log says more than callers may know.
        """
        reasons = [f"The flow {name} has had no success for two minutes." for name in self.stale()]
        reasons += [
            f"The last step of the flow {name} failed."
            for name in self._scheduler.failing((*VITAL, "audit"))
        ]
        try:
            if self._engine.web_database.outdated():
                reasons.append("The database has tables of another version.")
            elif self._engine.urgent_text_waits():
                reasons.append("An urgent text has waited for more than a minute.")
        except StoreUnavailableError as error:
            _log.warning("not ready", why=str(error))
            reasons.append("The database cannot be used.")
        if not self._engine.rulebook.rules:
            reasons.append("No rules are loaded.")
        return reasons

    def warnings(self) -> list[str]:
        """Return the promises that the watchdog last found broken, without names or numbers."""
        from engine.web.health import without_names  # noqa: PLC0415

        with self._engine.web_database.read() as conn:
            return without_names(watchdog_state.standing(conn))

    def collect(self) -> Iterator[Metric]:
        """Return the figures for Prometheus."""
        from engine.web.metrics import (  # noqa: PLC0415
            of_expectations,
            of_flows,
            of_queues,
            of_store,
            of_ticks,
        )

        yield from of_ticks(
            self._scheduler.steps, self._scheduler.failures, dict(self._engine.totals)
        )
        with self._engine.web_database.read() as conn:
            found = figures(conn)
            due = expectations_of_a_day(conn, self._engine.now())
            broken, missing = watchdog_state.standing(conn), watchdog.missing_data(conn)
            runs, waiting = job_runs.read(conn), queues.waiting(conn, self._engine.now())
        yield from of_store(found, len(broken), len(missing))
        yield from of_expectations(due)
        yield from of_flows(runs)
        yield from of_queues(waiting, self._engine.now())
