"""The frequent queries of ticks use indices, however many rows the years bring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

from sqlalchemy import event

from engine.flows.delivery import deliver, delivery_status
from engine.flows.operations import watchdog
from engine.flows.schedules.client_agreements import agree
from engine.flows.schedules.goals import record_goal
from engine.model.goal import GoalStatus
from engine.model.message import Report
from engine.store.database.connection import Database
from tests.flows.schedules.test_asking import AskedSite
from tests.kit.phones import CASE_MANAGER, Phones
from tests.kit.site import Site, rulebook
from tests.kit.times import MINUTE, NOON, clock, hours

# The tables that grow with time: events, alerts, messages and their trails. The clients are few
# beside those, and an inbound text may search them all.
GROWING = {
    "alerts", "alert_transitions", "assignments", "audit", "consents", "disclosures", "evaluations",
    "events",
    "event_versions", "expectations",
    "inbox", "outbox", "skipped_recipients", "record_entries", "rejects",
    "reply_codes", "staff",
}  # fmt: skip

# Which row is the last is known without going through those before it.
_LAST = re.compile(r"ORDER BY \w+\.id DESC\s+LIMIT")


@contextmanager
def ran(database: Database) -> Iterator[list[str]]:
    """The statements that these steps run, each on one line."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, ___: Any, ____: Any, _____: bool) -> None:
        found.append(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def looked_through(database: Database) -> Iterator[set[str]]:
    """The growing tables that one of these statements scans, with the statement."""
    said: dict[str, Any] = {}
    found: set[str] = set()

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            said[statement] = parameters[0] if many else parameters

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as conn:
        for statement, parameters in said.items():
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                scanned = re.match(r"SCAN (\w+?)(_1)?\b", row.detail)
                if scanned and scanned[1] in GROWING and not _LAST.search(statement):
                    found.add(f"{row.detail}: {statement}")


def test_no_step_and_no_text_looks_through_a_table_that_grows(sqlite_database: Database) -> None:
    site = Site(sqlite_database, rules=rulebook(remind="24 hours")).with_people()
    phones = Phones(site)
    with looked_through(sqlite_database) as found:
        site.missed(NOON - hours(25))
        site.missed(NOON - hours(1))
        for passed in (0, 1, 29):
            phones.now += hours(passed)
            site.evaluate(phones.now)
            phones.go_on()
        for body in ("1 ?", "1 S", "1 A", "D", "what?", "STOP"):
            phones.text(CASE_MANAGER, body)
        delivery_status.take(sqlite_database, Report(2, "SM2", "undelivered"), phones.now)
    assert not found


def test_no_schedule_and_no_question_looks_through_a_table_that_grows(
    sqlite_database: Database,
) -> None:
    site = AskedSite(sqlite_database).begin()
    with looked_through(sqlite_database) as found:
        site.agrees()
        site.to_client(clock("18:00"))
        site.says("7 3 n", clock("18:01"))
        site.at(clock("18:01"), clock("22:00"), clock("22:00", 1))
    assert not found


def test_a_site_without_schedules_pays_one_look_a_batch_for_them(
    sqlite_database: Database,
) -> None:
    site = Site(sqlite_database).with_people()
    site.missed(NOON)
    with ran(sqlite_database) as statements:
        site.evaluate()
    tables = ("expectations", "schedule_changes", "draw_seeds", "agreements")
    about = [one for one in statements if any(f"FROM {table}" in one for table in tables)]
    assert len(about) == 1


def test_what_was_due_goals_and_rules_share_one_look_at_each_client(
    sqlite_database: Database,
) -> None:
    site = AskedSite(sqlite_database).begin()
    with sqlite_database.write() as conn:
        record_goal(conn, "C-1", "find work", GoalStatus.SET, "2026-12-01", NOON)
    site.at(NOON, NOON)
    site.caseload.event(1, "uds", NOON + MINUTE, result="negative")
    with ran(sqlite_database) as statements:
        site.at(NOON + MINUTE)
    assert len([one for one in statements if "JOIN record_entries" in one]) == 1


def test_the_texts_of_all_clients_who_are_asked_are_counted_at_once(
    sqlite_database: Database,
) -> None:
    site = AskedSite(sqlite_database).begin()
    site.caseload.client(2, phone="+12025550171")
    site.agrees(at=NOON)
    with sqlite_database.write() as conn:
        agree(conn, "C-2", "signed form", "1", "english", (time(21), time(8)), NOON)
    site.at(NOON, clock("12:01"))
    with ran(sqlite_database) as statements:
        site.at(clock("18:00"))
    assert len([one for one in statements if one.startswith("INSERT INTO outbox")]) == 2
    assert len([one for one in statements if "count(*)" in one and "FROM outbox" in one]) == 1


def test_the_audit_looks_through_nothing_but_where_each_client_stands(
    sqlite_database: Database,
) -> None:
    with looked_through(sqlite_database) as found:
        watchdog.run(sqlite_database, NOON)
    assert {told.split(":")[0] for told in found} <= {"SCAN evaluations"}


def test_a_text_that_goes_alone_asks_nothing_about_those_that_wait(
    sqlite_database: Database,
) -> None:
    phones = Phones.of(sqlite_database, 1, 2, 3, 4)
    asked = []
    for _ in range(3):
        with ran(sqlite_database) as said:
            assert deliver.run(sqlite_database, phones.carrier, phones.now, "test") == "accepted"
        asked.append(len(said))
        phones.now += MINUTE
    assert len(set(asked)) == 1
