"""A year of invented lives through the real flows equals a plain simulation of it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, text

from engine.errors import SourcesError
from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.flows.intake import ingest
from engine.flows.schedules.client_agreements import agree
from engine.flows.schedules.client_plan import KnownFacts, ScheduleContext, decide_client
from engine.model.client import Client, RecordEntry
from engine.model.event import write_fields
from engine.model.inbound import Inbound
from engine.model.instant import from_us
from engine.model.intake import ReadEvent
from engine.model.message import Outgoing, SendResult
from engine.model.schedule import Expectation, Occurrence
from engine.store.alerts import due_clients
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.database.in_memory import scratch
from engine.store.intake import events as stored_events
from engine.store.intake.histories import TimedEvent
from engine.store.operations import agenda
from engine.store.tables.people import record_entries
from engine.store.tables.schedules import expectations
from tests.kit.lives import BEGIN, END, OUTAGES, Life, lives
from tests.kit.plain_year import PLANS, PlainYear, due_days, plain_year
from tests.kit.schedule_site import ScheduleSite, planned
from tests.kit.times import DAY, MINUTE
from tests.kit.twilio_site import Arrivals

# As many as take less than half a minute of a core; the pure plan below takes a thousand.
CLIENTS = 10
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


class Year:
    """A site that lives through the year, from one instant with work to the next."""

    def __init__(self, database: Database, clients: list[Life]) -> None:
        self.site = ScheduleSite(database)
        self.site.rules = planned(PLANS, RULES)
        self.site.accept(BEGIN)
        self.by_phone = {life.phone: life for life in clients}
        self.source = Arrivals([], outages=list(OUTAGES))
        self.phones, self.texts = Phones(), count(1)
        self.ahead: list[tuple[int, int, object]] = []
        self.order = count()
        for life in clients:
            self._begin(life)
        for outage in OUTAGES:
            for at in outage:
                self._plan(at, "read")

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
        self.source.rows.sort()
        now = BEGIN
        while now <= END:
            self._step(now)
            now = self._next(now)

    def _step(self, now: int) -> None:
        self.source.clock.at = self.phones.now = now
        due = []
        while self.ahead and self.ahead[0][0] <= now:
            due.append(heapq.heappop(self.ahead)[2])
        if "read" in due:
            with suppress(SourcesError):
                ingest.run(self.site.database, [self.source], "UTC", now)
        for one in due:
            if isinstance(one, tuple):
                self._happens(one, now)
        self.site.evaluate(now)
        before = len(self.phones.sent)
        while deliver.run(self.site.database, self.phones, now, "test"):
            pass
        for phone, _ in self.phones.sent[before:]:
            life = self.by_phone[phone]
            if (wait := life.answers_after(local_day(now, life))) is not None:
                self._plan(now + wait, ("text", phone, "7 3 n"))

    def _happens(self, one: tuple[object, ...], now: int) -> None:
        match one:
            case ("away", Life() as life, int(began), int(ended)):
                self._enter(life, began, "leave_began", None)
                self._enter(life, ended, "leave_ended", None)
                with self.site.database.write() as conn:
                    due_clients.mark_dirty(conn, {life.number: min(began, now)})
            case ("text", str(phone), str(word)):
                inbound = Inbound(f"IN{next(self.texts)}", phone, word)
                receive.take(
                    self.site.database, inbound, self.site.telling, now, self.site.rules.plans
                )
            case ("back", str(key)):
                with self.site.database.write() as conn:
                    gone = stored_events.withdraw(conn, self.source.name, {key: None}, now)
                    due_clients.mark_dirty(conn, gone.earliest)

    def _next(self, now: int) -> int:
        with self.site.database.read() as conn:
            work = agenda.read(conn, None).next_instant
        ahead = [self.ahead[0][0]] if self.ahead else []
        ahead += [max(work, now + 1)] if work is not None else []
        return min(ahead, default=END + 1)


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


@pytest.mark.slow
def test_a_year_through_the_real_flows_equals_a_plain_simulation(sqlite_database: Database) -> None:
    clients = lives(CLIENTS, "a year")
    watch_ends(sqlite_database)
    year = Year(sqlite_database, clients)
    year.live()
    plain = {life.number: plain_year(life) for life in clients}
    rows = {
        (row.client_id, row.schedule_id, date.fromisoformat(row.day)): row
        for row in year.site.rows(expectations)
    }
    wanted = {
        (number, *due): outcome
        for number, one in plain.items()
        for due, outcome in one.outcomes.items()
    }
    stored = {due: str(row.outcome) for due, row in rows.items()}
    wrong = {due: (end, stored.get(due)) for due, end in wanted.items() if stored.get(due) != end}
    assert wrong == {}
    assert {"kept", "missed", "excused", "held", "withdrawn"} <= set(wanted.values())
    assert_ended_once(sqlite_database, rows, plain)
    assert_asked_once_and_in_time(year, plain, clients)


def assert_ended_once(
    database: Database, rows: Mapping[Any, Any], plain: Mapping[int, PlainYear]
) -> None:
    """Each expectation ended once, except those of which more became known after their end."""
    with database.read() as conn:
        ends = Counter(conn.execute(text("SELECT id FROM endings")).scalars())
    for number, one in plain.items():
        for due in one.outcomes.keys() - one.corrected:
            assert ends[rows[number, *due].id] == 1, (number, *due)


def assert_asked_once_and_in_time(
    year: Year, plain: Mapping[int, PlainYear], clients: Sequence[Life]
) -> None:
    """Each client was asked when the plain simulation says so, once, and never in quiet hours."""
    of_phone = {life.phone: life for life in clients}
    # Texts of one minute go out seconds apart.
    asked = [
        (of_phone[phone].number, local_day(at, of_phone[phone]), at - at % MINUTE)
        for phone, at in year.phones.sent
    ]
    last = END - 15 * DAY
    wanted = [(number, day, at) for number, one in plain.items() for day, at in one.asked.items()]
    assert sorted(each for each in asked if each[2] < last) == sorted(
        each for each in wanted if each[2] < last
    )
    for phone, at in year.phones.sent:
        begin, end = of_phone[phone].quiet
        clock = from_us(at).astimezone(ZoneInfo(of_phone[phone].zone)).time()
        quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
        assert not quiet


@pytest.mark.slow
def test_a_year_of_a_thousand_clients_equals_a_plain_simulation_in_the_pure_plan() -> None:
    schedules = planned(PLANS, RULES).plans.live
    wrong = []
    with scratch() as made:
        context = ScheduleContext(made.empty(), schedules, BEGIN, END, END)
    for life in lives(1_000, "a thousand"):
        plain = plain_year(life, ())
        stored = [
            Expectation(life.number, schedule, Occurrence(day, opens, due, closes), id=number)
            for number, (schedule, day, opens, due, closes) in enumerate(due_days(life), 1)
            if (schedule, day) in plain.outcomes
        ]
        decided = decide_life(context, life, plain, stored)
        # It is asked once, at the end, so that nothing was missed before it was known to be kept.
        wanted = {due: "kept" if end == "withdrawn" else end for due, end in plain.outcomes.items()}
        wrong += [(life.number, *due) for due in wanted if decided.get(due) != wanted[due]]
    assert wrong == []


def decide_life(
    context: ScheduleContext, life: Life, plain: PlainYear, stored: Sequence[Expectation]
) -> dict[tuple[str, date], str]:
    """Decide about a client's whole year at its end."""
    said = [
        TimedEvent(one.at, one.kind, write_fields(one.fields), "source", one.key)
        for one in life.events
        if one.taken_back is None
    ]
    said += [
        TimedEvent(at, "check_in", write_fields({"status": "completed"}), "answers", f"{at}")
        for at in plain.answered
    ]
    record = [
        RecordEntry(life.enrolled, "enrolled", None),
        RecordEntry(life.enrolled, "program", life.program),
    ]
    record += [RecordEntry(life.ended, "ended", None)] if life.ended is not None else []
    record += [RecordEntry(began, "leave_began", None) for _, began, _ in life.away]
    record += [RecordEntry(ended, "leave_ended", None) for *_, ended in life.away]
    client = Client(life.number, f"C-{life.number}", life.zone, tuple(sorted(record)))
    asked = {one.id for one in stored if one.occurrence.day in plain.asked}
    known = KnownFacts(
        {client.id: client}, {client.id: stored}, {client.id: sorted(said)}, (), asked=asked
    )
    claim = Claim(client.id, "test", END, 1, BEGIN, 0, None, BEGIN)
    changes = [change for change, _ in decide_client(context, known, client, claim) if change]
    return {
        (one.after.schedule_id, one.after.occurrence.day): str(one.after.outcome) for one in changes
    }
