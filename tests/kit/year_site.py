"""A site that lives through the year of tests/kit/lives.py, by the real flows."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, text, update

from engine.errors import SourcesError
from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.flows.intake import ingest
from engine.flows.schedules.client_agreements import agree
from engine.model.event import write_fields
from engine.model.inbound import Inbound
from engine.model.instant import from_us
from engine.model.intake import Batch, ReadEvent
from engine.model.message import Outgoing, SendResult
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import events as stored_events
from engine.store.operations import agenda
from engine.store.tables.alerts import alerts
from engine.store.tables.people import record_entries
from tests.kit.lives import BEGIN, END, OUTAGES, Life, away_entries
from tests.kit.plain_year import PLANS
from tests.kit.schedule_site import ScheduleSite, planned
from tests.kit.times import HOUR, MINUTE
from tests.kit.twilio_site import Arrivals

# The plans name no other times, so that nothing comes due between two ticks.
TICK = 30 * MINUTE
# It never fires, because this year is about schedules.
RULES = """format: 1
rules:
  - id: tested
    title: A test
    status: live
    severity: low
    reason: a test
    when: {count: test, where: {result: positive}, within: 1 day, at_least: 1}
"""


class Phones:
    """A carrier that delivers at once; `sent` are the number and the instant of each question."""

    name, parallel = "phones", False

    def __init__(self) -> None:
        self.now = BEGIN
        self.sent: list[tuple[str, int]] = []

    def send(self, message: Outgoing) -> SendResult:
        self.sent.append((message.to, self.now))
        return SendResult("accepted", provider_id=f"SM{len(self.sent)}")

    def look_up(self, message: Outgoing) -> SendResult | None:
        return None


class Exports(Arrivals):
    """A source that gives all its news in one batch, as a file that is exported does."""

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        if any(begin <= self.clock.at < end for begin, end in self.outages):
            raise OSError("the line is down")
        known = positions.get(self.name, 0)
        reached = bisect_right(self.rows, self.clock.at, key=lambda each: each[0])
        if reached > known:
            news = tuple(row for _, row in self.rows[known:reached])
            yield Batch(self.name, reached, events=news, roster=())


class Year:
    """A site that lives through the year, from one tick with work to the next.

    A tick reads the source and judges the clients who are due. Texts come and go at their own
    instants.
    """

    def __init__(self, database: Database, clients: list[Life]) -> None:
        self.database = database
        self.site = ScheduleSite(database)
        self.rules = self.site.rules = planned(PLANS, RULES)
        self.site.accept(BEGIN)
        self.by_phone = {life.phone: life for life in clients}
        self.source = Exports([], outages=list(OUTAGES))
        self.phones, self.texts = Phones(), count(1)
        self.ahead: list[tuple[int, int, object]] = []
        self.order = count()
        for life in clients:
            self._begin(life)
        # The source is read four times a day, news or not, and until it is out and once it is back.
        for at in range(BEGIN, END, 6 * HOUR):
            self._plan(at, "read")
        for began, ended in OUTAGES:
            self._plan(began - TICK, "read")
            self._plan(ended, "read")
        self.source.rows.sort(key=lambda each: each[0])

    def _begin(self, life: Life) -> None:
        zone = {"phone": life.phone, "timezone": life.zone}
        self.site.caseload.client(life.number, **zone)
        with self.site.database.write() as conn:
            conn.execute(delete(record_entries).where(record_entries.c.client_id == life.number))
        self._enter(life, life.enrolled, "enrolled", None)
        self._enter(life, life.enrolled, "program", life.program)
        if life.ended is not None:
            self._enter(life, life.ended, "ended", None)
        if life.agreed:
            with self.site.database.write() as conn:
                agree(conn, f"C-{life.number}", "form", "1", "english", life.quiet, BEGIN)
        for known, began, ended in life.away:
            self._plan(known, ("away", life, began, ended))
        for at, word in life.texts:
            self._plan(at, ("text", life.phone, word))
        for one in life.events:
            fields = write_fields(one.fields)
            row = ReadEvent(
                f"C-{life.number}", one.kind, one.at, one.key, fields, None, 1, False, one.key
            )
            self.source.rows.append((one.known, row))
            self._plan(one.known, "read")
            if one.taken_back is not None:
                self._plan(one.taken_back, ("back", one.key))

    def _enter(self, life: Life, at: int, entry: str, value: str | None) -> None:
        row = {"client_id": life.number, "at": at, "entry": entry, "value": value}
        with self.site.database.write() as conn:
            conn.execute(insert(record_entries), row)

    def _plan(self, at: int, what: object) -> None:
        heapq.heappush(self.ahead, (at, next(self.order), what))

    def live(self) -> None:
        """Live through the year."""
        now = BEGIN
        while now <= END:
            self._tick(now)
            now = self._next(now)

    def _tick(self, now: int) -> None:
        self.source.clock.at = now
        read = False
        while self.ahead and self.ahead[0][0] <= now:
            at, _, what = heapq.heappop(self.ahead)
            read |= what == "read"
            if isinstance(what, tuple):
                self._happens(what, at)
        if read:
            with suppress(SourcesError):
                ingest.run(self.database, [self.source], "UTC", now)
        due = self._agenda()
        if due.evaluate is not None and due.evaluate <= now:
            self.site.evaluate(now)
            due = self._agenda()
        while due.deliver is not None and due.deliver < now + TICK:
            self._deliver(max(due.deliver, now))
            due = self._agenda()

    def _deliver(self, now: int) -> None:
        self.phones.now, before = now, len(self.phones.sent)
        deliver.run(self.database, self.phones, now, "test")
        for phone, _ in self.phones.sent[before:]:
            life = self.by_phone[phone]
            if (wait := life.answers_after(local_day(now, life))) is not None:
                self._plan(now + wait, ("text", phone, "7 3 n"))

    def _happens(self, one: tuple[object, ...], now: int) -> None:
        match one:
            case ("away", Life() as life, int(began), int(ended)):
                begins, ends = away_entries(began)
                self._enter(life, began, begins, None)
                self._enter(life, ended, ends, None)
                with self.database.write() as conn:
                    due_clients.mark_dirty(conn, {life.number: min(began, now)})
            case ("text", str(phone), str(word)):
                inbound = Inbound(f"IN{next(self.texts)}", phone, word)
                receive.take(self.database, inbound, self.site.telling, now, self.rules.plans)
                if word in {"STOP", "START"}:
                    self._see_to_alerts()
            case ("back", str(key)):
                with self.database.write() as conn:
                    gone = stored_events.withdraw(conn, self.source.name, {key: None}, now)
                    due_clients.mark_dirty(conn, gone.earliest)

    def _see_to_alerts(self) -> None:
        """See to the alert that a STOP is, or it would be told again for the rest of the year."""
        with self.database.write() as conn:
            conn.execute(update(alerts).values(state="resolved", resolution="done"))

    def _next(self, now: int) -> int:
        ahead = [self.ahead[0][0]] if self.ahead else []
        work = self._agenda().next_instant
        ahead += [max(work, now + 1)] if work is not None else []
        return -(-min(ahead, default=END + 1) // TICK) * TICK

    def _agenda(self) -> agenda.Agenda:
        with self.database.read() as conn:
            return agenda.read(conn, None)


def local_day(at: int, life: Life) -> date:
    """The day of an instant where a client lives."""
    return from_us(at).astimezone(ZoneInfo(life.zone)).date()


def watch_ends(database: Database) -> None:
    """Let the database itself note each end that an expectation comes to."""
    with database.write() as conn:
        conn.execute(text("CREATE TABLE endings (id INTEGER, outcome TEXT)"))
        for moment, number in (("INSERT", "NULL"), ("UPDATE OF outcome", "old.outcome")):
            conn.execute(
                text(
                    f"CREATE TRIGGER ends_{moment[:6]} AFTER {moment} ON expectations "
                    f"WHEN new.outcome IS NOT NULL AND new.outcome IS NOT {number} "
                    "BEGIN INSERT INTO endings VALUES (new.id, new.outcome); END"
                )
            )
