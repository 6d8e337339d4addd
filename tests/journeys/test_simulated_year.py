"""A year of invented lives through the real flows equals a plain simulation of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from engine.flows.schedules.client_plan import KnownFacts, ScheduleContext, decide_client
from engine.model.client import Client, RecordEntry
from engine.model.event import write_fields
from engine.model.instant import from_us
from engine.model.schedule import Expectation, Occurrence
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.database.in_memory import scratch
from engine.store.intake.histories import TimedEvent
from engine.store.tables.schedules import expectations
from tests.kit.generated import CASES
from tests.kit.lives import BEGIN, END, Life, away_entries, lives
from tests.kit.plain_year import PLANS, PlainYear, due_days, plain_year
from tests.kit.schedule_site import planned
from tests.kit.times import DAY, SECOND
from tests.kit.year_site import RULES, Year, local_day, watch_ends

# A thousand clients: a few of programmes that expect something on most days, and alumni, who are
# asked each quarter. `make thorough` lets a thousand of the former live through their year.
INTENSIVE = CASES or 4
ALUMNI = 0 if CASES else 996


@pytest.mark.slow
@pytest.mark.timeout(600)  # it takes most of a minute on a quiet machine
def test_a_year_of_a_thousand_clients_through_the_flows_equals_a_plain_simulation(
    sqlite_database: Database,
) -> None:
    clients = lives(INTENSIVE, "a year", alumni=ALUMNI)
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
    """Each expectation ended once, except where more became known after its end."""
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
    last = END - 15 * DAY
    asked = sorted(
        (of_phone[phone].number, local_day(at, of_phone[phone]), at)
        for phone, at in year.phones.sent
        if at < last
    )
    wanted = sorted(
        (number, day, at)
        for number, one in plain.items()
        for day, at in one.asked.items()
        if at < last
    )
    assert [each[:2] for each in asked] == [each[:2] for each in wanted]
    # Texts that are due at one time go out a second apart.
    late = [at - due for (*_, at), (*_, due) in zip(asked, wanted, strict=True)]
    assert min(late) >= 0
    assert max(late) < len(clients) * SECOND
    for phone, at in year.phones.sent:
        begin, end = of_phone[phone].quiet
        clock = from_us(at).astimezone(ZoneInfo(of_phone[phone].zone)).time()
        quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
        assert not quiet


@pytest.mark.slow
def test_a_year_of_hundreds_in_intensive_programmes_equals_it_in_the_pure_plan() -> None:
    schedules = planned(PLANS, RULES).plans.live
    wrong = []
    with scratch() as made:
        context = ScheduleContext(made.empty(), schedules, BEGIN, END, END)
    for life in lives(200, "hundreds"):
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
    for _, began, ended in life.away:
        begins, ends = away_entries(began)
        record += [RecordEntry(began, begins, None), RecordEntry(ended, ends, None)]
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
