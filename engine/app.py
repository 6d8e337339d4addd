"""Wiring: settings become a running engine, once, in a straight line; nothing happens at import."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cached_property, partial
from typing import TextIO

import structlog
from sqlalchemy import Connection

from connectors import registry
from engine import outside_watch
from engine.access.sealing import SecretSeal
from engine.errors import OtherTablesError, SourcesError, StoreUnavailableError
from engine.fair_lock import FairLock
from engine.flows.console import ended_sessions
from engine.flows.console.desk import Desk
from engine.flows.delivery.senders import Senders
from engine.flows.delivery.ways import Ways
from engine.flows.escalation import lessons, phone_confirmations
from engine.flows.evaluation import evaluate
from engine.flows.inbound import reconcile
from engine.flows.intake import ingest
from engine.flows.operations import (
    clock_watch,
    on_call,
    sign_in_secrets,
    site_texts,
    upkeep,
    watchdog,
)
from engine.flows.operations.audit_anchor import AuditAnchor
from engine.flows.operations.guarded_clock import GuardedClock
from engine.flows.rules import reload
from engine.incoming_calls import IncomingCalls
from engine.letter_templates import read_templates
from engine.model.audit_settings import AuditSettings
from engine.model.duration import Duration
from engine.model.instant import DAY_US, MINUTE_US, SECOND_US, Instant, to_us
from engine.model.message import Way
from engine.model.notification_settings import NotificationSettings
from engine.model.settings import Settings
from engine.ports import AnySource, CalledSource, CarrierRecords, Clock, SmsGateway
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.inference import durable_rules
from engine.scheduler import Tick
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.messages import outbox_delays
from engine.store.operations import channel_state, job_runs, rule_sets

CLOCK_SECONDS = 5.0
# A carrier without an answer for 15 s gives up, and one that gets 503 tries its other URL.
WEB_BUSY_SECONDS = 5
WEB_CONNECTIONS = 13  # as many as the web has threads (engine/web)

_log = structlog.get_logger()


def wire(
    settings: Settings,
    clock: Clock,
    phone: TextIO,
    environ: Mapping[str, str] = os.environ,
    *,
    sources: Sequence[AnySource] | None = None,
    gateway: SmsGateway | None = None,
) -> Engine:
    """Make an engine from the settings.

    Args:
        settings: The site's settings.
        clock: Tells the time.
        phone: Where printed texts go.
        environ: Holds the secrets.
        sources: Read instead of those that the settings name.
        gateway: Sends instead of the one that the settings name.

    Raises:
        UserError: Rules, database or secrets are not right. Nothing was written then.
    """
    if missing := durable_rules.unavailable():
        _log.warning(missing)
    files = reload.RuleFiles(settings)
    rulebook = files.read()
    if gateway is None:
        gateway = registry.gateway(settings.sms.gateway).open_gateway(settings.sms, phone, environ)
    wakers = registry.wakers(settings, environ, lambda: to_us(clock.now()))
    if sources is None:
        kinds = settings.kinds
        sources = [registry.source(one.type).open_source(one, kinds) for one in settings.sources]
    for source in sources:
        if isinstance(source, CalledSource):
            source.read_secrets(environ)
    anchor = AuditAnchor(settings.audit, environ)
    seal = sign_in_secrets.seal_of(settings.console, environ)
    database = Database.ready(settings.database)
    engine = Engine(settings, database, files, rulebook, sources, gateway, clock)
    engine.anchor, engine.wakers, engine.seal = anchor, wakers, seal
    return engine


class Engine:
    """A wired engine. The step of each flow does all that is due and counts what it did.

    A step that repeats itself ends early after `patience` seconds, or when `stopping` is set; the
    next one goes on. `totals` counts the work since the process began.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        files: reload.RuleFiles,
        rulebook: Rulebook,
        sources: Sequence[AnySource],
        gateway: SmsGateway,
        clock: Clock,
        patience: float = 60,
    ) -> None:
        self.settings = settings
        self.database = database
        self.rulebook = rulebook
        self.stopping = threading.Event()
        self.totals: Counter[str] = Counter()
        # Begins a flow's next step at once; where no scheduler runs, steps come by themselves.
        self.wake: Callable[[str], None] = lambda _: None
        self.anchor = AuditAnchor(AuditSettings(anchor=None), {})
        self.seal = SecretSeal()
        self._trimmed_on: int | None = None  # a day since 1970
        self.wakers: Mapping[Way, SmsGateway] = {}
        self._files = files
        self._sources = sources
        self._gateway = gateway
        self._time = GuardedClock(clock)
        self.overtaken = threading.Event()  # another version has upgraded the tables
        database.before_commit = self._may_commit
        self._patience = patience
        # Reading and judging exclude each other, because unread events of a source would look like
        # inactivity. The lock is fair, so that a backlog never keeps the sources from being read.
        self.turn = FairLock()
        self._read_to: Instant | None = None  # when the sources were last read
        # Claims belong to this process alone, though another machine may give it the same number.
        self._host = socket.gethostname()[:40]
        self._owner = f"{self._host}:{os.getpid()}:{secrets.token_hex(4)}"

    def start_clock(self, monotonic: Callable[[], float] | None = None) -> None:
        """Judge the clock and repair the decisions of a wrong one. Call it before any decision.

        Args:
            monotonic: Seconds on a clock that nobody sets; None in a process that steps once.
        """
        if monotonic:
            self._time.guard(monotonic)
        clock_watch.begin(self.database, self._time, self._host)

    def accept_settings(self) -> None:
        """Let this engine's rules, rotations and sources serve every daemon on the database."""
        now = self.now()
        with self.database.write() as conn:
            reload.accept_files(conn, self._files, self.rulebook, now)
            on_call.accept(conn, self.settings.on_call, now)
            sign_in_secrets.renew(conn, self.seal)
            channel_state.set_verifies_numbers(conn, self.settings.sms.verifies_numbers)
            source_health.forget_all_but(conn, [source.name for source in self._sources])

    def last_step_ago(self) -> int | None:
        """Return how many seconds ago a daemon last stepped on this database; None if never."""
        with self.database.read() as conn:
            runs = job_runs.read(conn)
        stepped = [runs[tick.name].ended_at for tick in self.ticks() if tick.name in runs]
        return abs(self.now() - max(stepped)) // SECOND_US if stepped else None

    def urgent_text_waits(self) -> bool:
        """Return whether an urgent text has been in the outbox for longer than is promised."""
        with self.web_database.read() as conn:
            return outbox_delays.urgent_overdue(conn, self.now()) > 0

    def ticks(self) -> list[Tick]:
        """Return every flow with its interval."""
        every = self.settings.ticks
        ticks = [
            Tick("clock", CLOCK_SECONDS, self._watch_clock),
            self._tick("rules", every.rules, self._take_up_rules),
            self._tick("ingest", every.ingest, self.read_sources),
            self._tick("evaluate", every.evaluate, self._evaluate),
            self._tick("deliver", every.deliver, self._deliver),
            self._tick("audit", every.audit, self._audit),
        ]
        if isinstance(gateway := self._gateway, CarrierRecords):
            ticks.append(
                self._tick("reconcile", every.reconcile, partial(self._reconcile, gateway))
            )
        if url := self.settings.watch.ping:
            ticks.append(self._tick("ping", MINUTE_US, partial(self._ping, url)))
        return ticks

    @cached_property
    def web_database(self) -> Database:
        """The database, opened again for the web, so that calls and ticks do not wait."""
        return self.database.again(busy_seconds=WEB_BUSY_SECONDS, connections=WEB_CONNECTIONS)

    @cached_property
    def incoming(self) -> IncomingCalls:
        """What takes the calls of the carrier and of sources."""
        return IncomingCalls(
            self.web_database,
            self._sources,
            self._gateway,
            self._telling,
            lambda: self.rulebook.plans,
            self.now,
            self._wake,
        )

    @cached_property
    def desk(self) -> Desk:
        """What the console's pages need, with a database of their own for the same reason."""
        database = self.database.again(busy_seconds=WEB_BUSY_SECONDS, connections=WEB_CONNECTIONS)
        return Desk(
            database, self.now, lambda: self.rulebook, self.settings, self._wake, self._sources,
            partial(read_templates, self.settings.letters.folder), seal=self.seal,
        )  # fmt: skip

    def _may_commit(self, conn: Connection) -> None:
        try:
            clock_watch.refuse_outdated(self._time, conn)
        except OtherTablesError:
            self.overtaken.set()
            raise

    def _wake(self, flow: str) -> None:
        # The scheduler comes after the desk and the incoming calls.
        self.wake(flow)

    def close(self) -> None:
        """Anchor the audit trail for the last time, and let go of the database."""
        with suppress(StoreUnavailableError), self.database.read() as conn:
            self.anchor.keep(conn, self.now(), at_once=True)
        self.web_database.close()
        if "desk" in vars(self):
            self.desk.studies.cancel()
            self.desk.database.close()
        self.database.close()

    def _tick(self, name: str, every_us: Duration, flow: Callable[[], Mapping[str, int]]) -> Tick:
        def step() -> None:
            problem, done = None, dict[str, int]()
            try:
                done = dict(flow())
            except SourcesError as error:  # the fault lies outside, and the flow has run
                problem = error
            self.totals.update({f"{name}.{what}": number for what, number in done.items()})
            if any(done.values()):
                _log.info(name, **done)
            with self.database.write(durable=False) as conn:
                job_runs.record(conn, name, self.now(), str(problem) if problem else None)
            if problem:
                raise problem

        return Tick(name, every_us / 1_000_000, step)

    def _watch_clock(self) -> None:
        clock_watch.watch(self.database, self._time, self._host)

    def read_sources(self) -> Mapping[str, int]:
        """Read what is new in the sources, and return how much there was of each sort."""
        self.turn.take()
        before, self._read_to = self._read_to, self.now()
        try:
            return ingest.run(
                self.database, self._sources, self.settings.timezone, self._read_to,
                self.settings.outages.unread_after, self.stopping.is_set,
            )  # fmt: skip
        except StoreUnavailableError:
            # Neither what is new is stored, nor that a source failed.
            self._read_to = before
            raise
        finally:
            self.turn.release()
            phone_confirmations.run(self.database, self.now())
            lessons.run(self.database, self.rulebook.plans.series, self.now())

    def _take_up_rules(self) -> Mapping[str, int]:
        done = reload.take_up(self.database, self._files, self.now())
        if done["accepted"]:
            self.wake("evaluate")  # it goes by the new rules
        return done

    def _evaluate(self) -> Mapping[str, int]:
        self._follow_rules()
        counts = evaluate.EvaluationCounts()
        for _ in self._patiently():
            step = self._judge()
            counts += step
            if not (step.clients or step.steps):
                break
        if counts.steps:
            self.wake("deliver")
        return asdict(counts)

    def _judge(self) -> evaluate.EvaluationCounts:
        """Judge due clients, and take due steps, even if the clients cannot be judged."""
        judging = (self.database, self.rulebook, self.settings.telling)
        counts = evaluate.EvaluationCounts()
        try:
            # Steps do not wait for a source that is slow or hangs.
            if self._read_to is not None and self.turn.take(self.settings.ticks.evaluate / 1e6):
                try:
                    counts = evaluate.run(
                        *judging, now=self.now(), owner=self._owner, read_to=self._read_to
                    )
                finally:
                    self.turn.release()
                if counts.steps:
                    self.wake("deliver")
        finally:
            counts += evaluate.climb(*judging, now=self.now())
        return counts

    def _follow_rules(self) -> None:
        """Take over the serving rules, because this daemon or another has accepted new ones."""
        with self.database.read() as conn:
            # The files of a set are long, and usually it is the known one.
            serving = (
                None if rule_sets.serves(conn, self.rulebook.hash) else rule_sets.serving(conn)
            )
        if serving:
            newer = self._files.stored(serving.files)
            newer.go_on_from(self.rulebook)
            self.rulebook = newer
            _log.info("took over newer rules", rule_set=serving.id, rules=len(newer.rules))

    def _deliver(self) -> Mapping[str, int]:
        end = time.monotonic() + self._patience
        return Senders(
            self.database,
            Ways(self._gateway, self.wakers),
            self.now,
            self._owner,
            self.settings.sms.senders,
            lambda: not self.stopping.is_set() and time.monotonic() < end,
            self.settings.telling.detail,
        ).run()

    def _reconcile(self, records: CarrierRecords) -> Mapping[str, int]:
        return reconcile.run(
            self.database,
            records,
            self._gateway,
            self._telling(),
            self.now(),
            self.rulebook.plans,
        )

    def _telling(self) -> NotificationSettings:
        """Return the settings of notification, with the advice of the serving rules."""
        return replace(self.settings.telling, advice=self.rulebook.advice)

    def _audit(self) -> Mapping[str, int]:
        now = self.now()
        # Printed texts are reported by nobody.
        arrivals_known = isinstance(self._gateway, CarrierRecords)
        site_texts.run(self.database, self.settings, now, arrivals_known=arrivals_known)
        done = watchdog.run(self.database, now, self.anchor)
        if self._trimmed_on != now // DAY_US:
            upkeep.trim(self.database, self.settings.retention, now)
            ended_sessions.forget(self.database, now)
            self._trimmed_on = now // DAY_US
        with self.database.read() as conn:
            self.anchor.keep(conn, now)
        return done

    def _ping(self, url: str) -> Mapping[str, int]:
        """Call the watch outside, but only while all is well."""
        with self.database.read() as conn:
            well = watchdog.all_is_well(conn, self.settings.ticks, self.now())
        if well:
            outside_watch.call(url)
        return {}

    def now(self) -> Instant:
        """Return the present instant by the guarded clock."""
        return self._time.now()

    def _patiently(self) -> Iterator[None]:
        end = time.monotonic() + self._patience
        while not self.stopping.is_set() and time.monotonic() < end:
            yield
