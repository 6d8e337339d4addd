"""A site that texts through a local Twilio, in one process and on a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from connectors.twilio.settings import TwilioSettings
from connectors.twilio_simulator.api import Api
from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.signing import signature
from connectors.twilio_simulator.trouble import Trouble
from engine.app import WEB_BUSY_SECONDS, WEB_CONNECTIONS
from engine.model.intake import Batch, ReadEvent, Reject
from engine.model.settings import Settings
from engine.model.sms_settings import SmsSettings
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from tests.kit.local_twilio import ACCOUNT, NUMBER, TOKEN
from tests.kit.times import SetClock
from tests.kit.twilio_daemon import Daemon, Killed, first_of

PUBLIC = "https://handrail.example.org"


@dataclass
class Arrivals:
    """A source at the port: each row becomes known at its instant, except in its outages."""

    rows: list[tuple[int, ReadEvent]]
    name: str = "arrivals"
    silent_after: int | None = None
    clock: SetClock = field(default_factory=SetClock)  # the right time
    outages: list[tuple[int, int]] = field(default_factory=list)

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        if any(begin <= self.clock.at < end for begin, end in self.outages):
            raise OSError("the line is down")
        for place, (at, row) in enumerate(self.rows):
            if positions.get(self.name, 0) <= place and at <= self.clock.at:
                yield Batch(self.name, place + 1, events=(row,), roster=())

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        wanted = {reject.row for reject in rejects}
        return Batch(item, position, events=tuple(row for _, row in self.rows if row.row in wanted))

    def next_at(self, now: int) -> int | None:
        return min((at for at, _ in self.rows if at > now), default=None)


class TwilioSite:
    """One database, one local Twilio, and one or several daemons that run or do not.

    The site calls `passing`, with the kind of the point and the daemon, wherever a process may die.
    These points are: before a transaction begins and before it commits, before and after a request
    to Twilio, and after a webhook call. `look` is the same database; reading it passes no such
    point. `server_off` is how far the clock of a PostgreSQL server is off.
    """

    def __init__(
        self,
        databases: Sequence[tuple[Database, Database]],
        look: Database,
        rules: Rulebook,
        settings: Mapping[str, Any],
        source: Arrivals,
        now: int,
        trouble: Trouble | None = None,
        passing: Callable[[str, Daemon], None] = lambda _, __: None,
        *,
        senders: int = 1,
    ) -> None:
        """Make a site; `databases` are the connections of each daemon and of its web."""
        twilio = {"from_number": NUMBER, "base_url": "http://127.0.0.1:1", "public_url": PUBLIC}
        own = TwilioSettings.model_validate(twilio)
        # With one sender a story happens in one order, and a process dies at one point.
        sms = SmsSettings(gateway="twilio", own=own, senders=senders)
        given = {
            "timezone": "UTC",
            "rules": "none",
            "sms": sms,
            **settings,
        }
        self.settings = Settings.model_validate(given)
        self.clock = SetClock(now)
        self.source = source
        source.clock = self.clock
        self.carrier = Carrier(NUMBER, ACCOUNT, trouble)
        self.carrier.inbound_url = f"{PUBLIC}/twilio/inbound"
        self.api = Api(self.carrier, TOKEN)
        self.server_off = 0
        self.disk_is_full = False
        self.database_is_away = False
        self.look, self.rules, self.passing = look, rules, passing
        self._server_clock = server_clock.read
        if look.dialect == "postgresql":
            server_clock.read = lambda _: self.clock.at + self.server_off
        self._loop = asyncio.new_event_loop()
        self.daemons = [Daemon(self, *each) for each in databases]

    @property
    def first(self) -> Daemon:
        """The first daemon, where there is only one."""
        return self.daemons[0]

    def close(self) -> None:
        """Let go of everything."""
        for daemon in self.daemons:
            daemon.close()
        server_clock.read = self._server_clock
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def has_arrived(self, conn: Connection) -> bool:
        """Whether a row that became known just now is not read yet."""
        now = self.clock.at
        if not any(at == now for at, _ in self.source.rows):
            return False
        stored = set(conn.scalars(select(events.c.key)))
        return any(row.key not in stored for at, row in self.source.rows if at <= now)

    def next_at(self, now: int) -> int | None:
        """The next instant with work at a daemon, at Twilio or at the source."""
        return first_of(
            *(daemon.next_at() for daemon in self.daemons),
            self.carrier.next_at(),
            self.source.next_at(now),
        )

    def take_calls(self, takes: Callable[[], Daemon] | None = None) -> None:
        """Let Twilio make the calls that are due, each to the daemon that `takes` it.

        A call to a stopped or suspended daemon is lost or repeated, as Twilio does it.
        """
        for call in self.carrier.due(self.clock.at):
            daemon = takes() if takes else self.first
            if not daemon.active:
                self.carrier.answered(call, None, "", self.clock.at)
                continue
            try:
                status, body = self.call(call.url, call.form, daemon=daemon)
                self.passing("call", daemon)
            except Killed:
                self.carrier.answered(call, None, "", self.clock.at)
                raise
            self.carrier.answered(call, status, body, self.clock.at)

    def call(
        self,
        url: str,
        form: Mapping[str, str],
        signed: str | None = None,
        daemon: Daemon | None = None,
    ) -> tuple[int, str]:
        """One call of Twilio's, signed as it is where not otherwise: status and body."""
        taken = (daemon or self.first).call(url, form, signed or signature(TOKEN, url, form))
        return self._loop.run_until_complete(taken)


def web_database_of(database: Database) -> Database:
    """The same database over connections as the engine's web has them."""
    return Database.open(
        str(database.url), busy_seconds=WEB_BUSY_SECONDS, connections=WEB_CONNECTIONS
    )
