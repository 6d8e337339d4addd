"""The site of a soak: real flows on a clock of its own, and people with their daily doings."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from benchmarks.load_site import QUESTION, LoadSite, client_with
from connectors.twilio_simulator.texts import CarrierMessage
from engine.config import load as load_settings
from engine.flows.console import accounts
from engine.flows.rules.reload import RuleFiles
from engine.model.account import AccountRole
from engine.model.event import write_fields
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Instant, to_us
from engine.model.intake import Batch, ReadEvent, Reject
from engine.store.access import accounts as stored_accounts
from engine.store.database.connection import Database
from tests.kit.twilio_site import Arrivals, TwilioSite, web_database_of

STEP_US = 10 * MINUTE_US
_FLOWS = ("clock", "ingest", "evaluate", "deliver", "reconcile", "audit")
_ALERT = re.compile(r"Reply (\d+) A")
_PEOPLE = [("supervisor", AccountRole.SUPERVISOR, None)]


@dataclass
class DailyTests(Arrivals):
    """A source that brings a drug test of each client on every third day, and no other event."""

    clients: int = 0

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """The tests of the day, once."""
        day, at = to_us(now) // DAY_US, to_us(now)
        if positions.get(self.name, 0) >= day:
            return
        fields = {"method": "urine", "result": "negative"}
        tests = tuple(
            ReadEvent(f"L-{n}", "test", at, f"{day}-{n}", write_fields(fields), None, 1, False, "")
            for n in range(1 + day % 3, self.clients + 1, 3)
        )
        yield Batch(self.name, day, events=tests, roster=())

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Nothing was rejected."""
        raise AssertionError(item)


class SoakSite:
    """A site with one daemon, whose clock goes on in steps of ten minutes."""

    def __init__(self, site: LoadSite, seed: int) -> None:
        self._random = Random(seed)
        self._typing: list[tuple[Instant, str, str]] = []  # when, from which number, which words
        begins = to_us(site.begins)
        site.write("http://127.0.0.1:1")
        self.database = Database.open(site.database)
        self.database.upgrade()
        site.fill(self.database, begins)
        settings = load_settings(site.folder / "config.yaml")
        source = DailyTests([], clients=site.clients)
        self._looking = Database.open(site.database)
        self._site = TwilioSite(
            [(self.database, web_database_of(self.database))],
            self._looking,
            RuleFiles(settings).read(),
            {"routing": settings.routing, "timezone": settings.timezone},
            source,
            begins,
        )
        self._site.carrier.shown = self._read
        self._site.first.start()

    @property
    def now(self) -> Instant:
        """The present instant."""
        return self._site.clock.at

    def live(self, until: Instant) -> None:
        """Let time pass, and a supervisor sign in once."""
        self._sign_in()
        while self.now < until:
            self._site.clock.at += STEP_US
            while self._typing and self._typing[0][0] <= self.now:
                _, number, words = heapq.heappop(self._typing)
                self._site.carrier.receive(number, words, self.now)
            self._site.take_calls()
            self._site.first.tick(*_FLOWS)
            self._site.take_calls()
        self._forget_texts()

    def close(self) -> None:
        """Let go of everything."""
        self._site.close()
        self._looking.close()

    def _read(self, text: CarrierMessage) -> None:
        if text.body == QUESTION and self._random.random() < 0.9:
            craving = 9 if self._random.random() < 0.02 else self._random.randrange(4)
            self._say(text.to, f"{craving} 5 n", 20 * MINUTE_US)
        elif (code := _ALERT.search(text.body)) and client_with(text.to) is None:
            self._say(text.to, f"{code[1]} A", 10 * MINUTE_US)
            self._say(text.to, f"{code[1]} D", 5 * HOUR_US)

    def _say(self, number: str, words: str, within: int) -> None:
        at = self.now + self._random.randrange(SECOND_US, within)
        heapq.heappush(self._typing, (at, number, words))

    def _sign_in(self) -> None:
        with self.database.write() as conn:
            ((_, token),) = accounts.links_for(conn, _PEOPLE, "soak", self.now)
            stored_accounts.use_link(conn, accounts.hash_of(token), self.now)

    def _forget_texts(self) -> None:
        """The carrier stands in this process, and its own memory must not count."""
        texts: dict[str, CarrierMessage] = self._site.carrier.texts
        for sid in [sid for sid, one in texts.items() if one.created_at < self.now - 2 * DAY_US]:
            del texts[sid]
