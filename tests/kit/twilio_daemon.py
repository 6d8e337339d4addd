"""One daemon at a site that texts through a local Twilio: it is killed, suspended, started again.

The engine, its connector and its pages are the real ones; only the wire between them and Twilio is
a function call.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import requests
from fastapi import FastAPI
from requests.adapters import BaseAdapter
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import OperationalError

from connectors.twilio.gateway import TwilioSms
from connectors.twilio_simulator.api import Api, Request
from engine.app import Engine
from engine.flows.rules.reload import RuleFiles
from engine.model.instant import from_us
from engine.store.database.connection import Database
from engine.store.operations import agenda, channel_state
from engine.store.tables.alerts import evaluations
from engine.store.tables.messages import outbox
from tests.kit.local_twilio import SECRETS
from tests.kit.times import MINUTE, SECOND, SetClock

if TYPE_CHECKING:
    from tests.kit.twilio_site import TwilioSite

_LEASES = select(
    *(
        select(func.min(table.c.lease_until))
        .where(table.c.claimed_by.is_not(None))
        .scalar_subquery()
        for table in (outbox, evaluations)
    )
)


class Killed(BaseException):
    """The process died here."""


class Wire(BaseAdapter):
    """Lead the connector's requests to the local Twilio.

    `passing` is called before and after each.
    """

    def __init__(self, api: Api, clock: SetClock, passing: Callable[[str], None]) -> None:
        super().__init__()
        self._api, self._clock, self._passing = api, clock, passing
        self._one_at_a_time = threading.Lock()  # several senders may ask

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        encoded = str(request.body or "") if request.method == "POST" else url.query
        fields = {
            name: values[0] for name, values in parse_qs(encoded, keep_blank_values=True).items()
        }
        asked = Request(
            str(request.method), url.path, fields, request.headers.get("Authorization", "")
        )
        self._passing("request")
        with self._one_at_a_time:
            answer, dated = self._api.answer(asked, self._clock.at), from_us(self._clock.at)
        self._passing("answer")
        if answer.silent:
            raise requests.ReadTimeout
        if answer.cut:
            raise requests.ConnectionError("the line was cut")
        response = requests.Response()
        response.headers["Date"] = format_datetime(dated, usegmt=True)
        response.status_code, response.raw = answer.status, BytesIO(answer.body.encode())
        response.encoding, response.url, response.request = "utf-8", str(request.url), request
        return response

    def close(self) -> None:
        pass


@dataclass
class Machine:
    """The clocks of a machine: one is wrong by `off`, the monotonic one stood while it `slept`."""

    clock: SetClock
    off: int = 0
    slept: int = 0

    def now(self) -> datetime:
        return from_us(self.clock.at + self.off)

    def monotonic(self) -> float:
        return (self.clock.at - self.slept) / SECOND


class Daemon:
    """One process on a machine of its own, over connections of its own; it runs or does not.

    As in production, Twilio's calls use connections of their own, those of `web`. All connections
    are closed whenever the engine ends; only compiled statements outlive it.
    """

    def __init__(self, site: TwilioSite, database: Database, web: Database) -> None:
        self.machine = Machine(site.clock)
        self.engine: Engine | None = None
        self.suspended = self._killed = False
        self._site, self._database, self._web = site, database, web
        self._files = RuleFiles(site.settings)
        self._transactions = threading.local()  # under way in a thread
        self._hooks = [
            (each.engine, moment, partial(self._in_transaction, moment))
            for each in (self._database, self._web)
            for moment in ("begin", "commit", "rollback")
        ]
        for hook in self._hooks:
            event.listen(*hook)

    @property
    def active(self) -> bool:
        """Whether it runs, and is not suspended."""
        return self.engine is not None and not self.suspended

    @property
    def idle(self) -> bool:
        """Whether no transaction of this thread is under way."""
        return not self._under_way()

    def now(self) -> int:
        """The present instant by the clock that the engine goes by; the right one if it is down."""
        return self.engine.now() if self.engine else self._site.clock.at

    def start(self) -> None:
        """Start the engine."""
        site = self._site
        self._transactions, self._killed = threading.local(), False
        gateway = TwilioSms(site.settings.sms.own, SECRETS)  # type: ignore[arg-type]
        gateway.client.http_client.session.mount(
            "http://", Wire(site.api, site.clock, self._at_the_wire)
        )
        self._gateway = gateway
        self.engine = Engine(
            site.settings,
            self._database,
            self._files,
            site.rules,
            [site.source],
            gateway,
            self.machine,
        )
        self._web.before_commit = self._database.before_commit
        self.engine.web_database = self._web
        self._steps = {tick.name: tick.step for tick in self.engine.ticks()}
        self._app = FastAPI(openapi_url=None)
        for add_routes in self.engine.incoming.routes():
            add_routes(self._app)
        self._looked_at = site.clock.at
        self.engine.start_clock(self.machine.monotonic)
        self.engine.accept_settings()

    def stop(self) -> None:
        """End the engine as a kill does: nothing is written any more."""
        self.suspended = False
        if self.engine:
            self._gateway.client.http_client.session.close()
            # Not `Engine.close`, because a killed process anchors no trail. To connect to
            # PostgreSQL takes long, and its server ends the transactions of a dead client.
            if self._database.dialect == "sqlite":
                self._web.close()
                self._database.close()
            self.engine = None
        # A test may look at the database that the dead process left behind.
        self._killed = False

    def close(self) -> None:
        """Let go of everything."""
        self.stop()
        for hook in self._hooks:
            event.remove(*hook)

    def tick(self, *names: str) -> None:
        """Take a step of these flows."""
        for name in names:
            self._look(name)
            self._steps[name]()

    def due(self) -> list[str]:
        """The flows that have something to do now."""
        site, now = self._site, self.now()
        with site.look.read() as conn:
            ahead, lease = agenda.read(conn, None), first_of(*conn.execute(_LEASES).one())
            stopped_until = channel_state.read(conn).stopped_until or 0
            arrived = site.has_arrived(conn)
        sendable = ahead.deliver is not None and ahead.deliver <= now and stopped_until <= now
        steps = {
            "ingest": arrived,
            "evaluate": arrived or (ahead.evaluate is not None and ahead.evaluate <= now),
            "deliver": sendable or (lease is not None and lease <= now),
        }
        return [name for name, is_due in steps.items() if is_due]

    def next_at(self) -> int | None:
        """The next instant with work here; overdue work is tried a minute later."""
        if not self.active:
            return None
        with self._site.look.read() as conn:
            ours = first_of(*agenda.read(conn, None), *conn.execute(_LEASES).one())
        if ours is None:
            return None
        ahead = ours - self.now()
        return self._site.clock.at + (ahead if ahead > 0 else MINUTE)

    async def call(self, url: str, form: Mapping[str, str], signed: str) -> tuple[int, str]:
        """One call of Twilio's: status and body."""
        self._look()
        parts = urlsplit(url)
        received: list[dict[str, Any]] = []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "https",
            "path": parts.path, "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(), "root_path": "",
            "headers": [(b"x-twilio-signature", signed.encode())], "client": ("127.0.0.1", 1),
            "server": ("site", 443),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": urlencode(form).encode(), "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            received.append(message)

        await self._app(scope, receive, send)  # type: ignore[arg-type]
        return received[0]["status"], b"".join(
            each.get("body", b"") for each in received[1:]
        ).decode()

    def _look(self, name: str = "") -> None:
        """Look at the clock before another step, because a daemon does so every few seconds."""
        if name == "clock" or self._site.clock.at - self._looked_at >= MINUTE:
            self._looked_at = self._site.clock.at
            if name != "clock":
                self._steps["clock"]()

    def _in_transaction(self, moment: str, conn: Connection) -> None:
        site = self._site
        if moment == "begin" and site.database_is_away:
            raise _unreachable(conn)
        if moment != "rollback":
            self._pass(moment)
        under_way = self._under_way()
        if moment == "begin":
            under_way.add(id(conn))
        else:
            under_way.discard(id(conn))
        if moment == "commit" and site.disk_is_full and self._has_written(conn):
            raise _full(conn)
        if moment == "begin" and conn.dialect.name == "sqlite":
            self._transactions.changes = _changes(conn)

    def _has_written(self, conn: Connection) -> bool:
        if conn.dialect.name == "postgresql":
            return not conn.get_execution_options().get("postgresql_readonly", False)
        return _changes(conn) != getattr(self._transactions, "changes", _changes(conn))

    def _at_the_wire(self, point: str) -> None:
        assert self.idle, "the network is asked inside a transaction"
        self._pass(point)

    def _pass(self, point: str) -> None:
        """Reach a point where the process may die, and let nothing follow on its death.

        Its clean-up could otherwise end in an error that takes the place of the kill.
        """
        if self._killed:
            raise Killed
        try:
            self._site.passing(point, self)
        except Killed:
            self._killed = True
            raise

    def _under_way(self) -> set[int]:
        """The transactions of this thread, by connection."""
        return self._transactions.__dict__.setdefault("connections", set())


def _changes(conn: Connection) -> int:
    return conn.connection.driver_connection.total_changes  # type: ignore[union-attr]


def _full(conn: Connection) -> OperationalError:
    if conn.dialect.name == "postgresql":
        return OperationalError("COMMIT", None, psycopg.errors.DiskFull("no space left on device"))
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("COMMIT", None, full)


def _unreachable(conn: Connection) -> OperationalError:
    if conn.dialect.name == "postgresql":
        away = psycopg.errors.AdminShutdown("terminating connection due to administrator command")
        return OperationalError("BEGIN", None, away)
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError("BEGIN", None, busy)


def first_of(*instants: int | None) -> int | None:
    """The earliest of some instants; None if there is none."""
    return min((at for at in instants if at is not None), default=None)
