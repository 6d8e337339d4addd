"""A check-in by text becomes an alert at once, although every flow steps once an hour."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import time

import pytest

from connectors.twilio_simulator.texts import CarrierMessage
from engine.flows.schedules.client_agreements import agree
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import HOUR_US
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.scheduler import Scheduler
from engine.store.database.connection import Database
from tests.chaos.story import SETTINGS
from tests.kit.caseload import Caseload
from tests.kit.schedule_site import ASKED
from tests.kit.times import NOON, SECOND, clock
from tests.kit.twilio_site import Arrivals, TwilioSite, web_database_of

CLIENT, CASE_MANAGER = "+12025550170", "+15550100001"
RULES = """\
format: 1
rules:
  - id: high-craving
    title: Craving of eight or more
    status: live
    severity: high
    reason: check-in
    when: {latest: check_in.craving, not_older_than: 1 day, at_least: 8}
"""
HOURLY = dict.fromkeys(("rules", "ingest", "evaluate", "deliver", "audit", "reconcile"), HOUR_US)
LOOKS = 600  # the flows' own next steps come an hour later


class Phones:
    """All texts that phones have shown."""

    def __init__(self) -> None:
        self._shown: list[CarrierMessage] = []

    def show(self, text: CarrierMessage) -> None:
        self._shown.append(text)

    def have(self, number: str, words: str) -> bool:
        return any(one.to == number and words in one.body for one in list(self._shown))


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def site(sqlite_database: Database, phones: Phones) -> Iterator[TwilioSite]:
    people = Caseload(sqlite_database)
    people.client(1, phone=CLIENT)
    people.staff(1, "case_manager", 1)
    plan = f"format: 1\nschedules:{ASKED}"
    rules = from_texts({"rules.yaml": RULES, f"plans.yaml{PLAN}": plan}, BUILT_IN)
    site = TwilioSite(
        [(sqlite_database, web_database_of(sqlite_database))], sqlite_database, rules,
        {**SETTINGS, "ticks": HOURLY}, Arrivals([]), NOON,
    )  # fmt: skip
    site.carrier.shown = phones.show
    site.first.start()
    with sqlite_database.write() as conn:
        agree(conn, "C-1", "signed form", "1", "english", (time(21), time(8)), NOON)
    yield site
    site.close()


def carried(site: TwilioSite, phones: Phones, number: str, words: str) -> bool:
    """Let the carrier work until a phone shows these words; False if it never does."""
    for _ in range(LOOKS):
        if phones.have(number, words):
            return True
        site.clock.at += SECOND
        site.take_calls()
        threading.Event().wait(0.05)
    return False


def test_a_craving_of_nine_by_text_reaches_the_case_manager_without_waiting_for_a_step(
    site: TwilioSite, phones: Phones
) -> None:
    # 12:00, 18:00  The client is asked.
    for at in (NOON, clock("18:00")):
        site.clock.at = at
        site.first.tick("ingest", "evaluate", "evaluate", "deliver")
    assert carried(site, phones, CLIENT, "how is today?")
    engine = site.first.engine
    assert engine
    scheduler = Scheduler(engine.ticks(), 3600)
    scheduler.start()
    engine.wake = scheduler.wake
    try:
        # 18:00  The client answers; the flows' next steps by themselves are an hour away.
        site.carrier.receive(CLIENT, "9 2 n", site.clock.at)
        assert carried(site, phones, CLIENT, "we have your answers")
        assert carried(site, phones, CASE_MANAGER, "C-1 needs you (check-in)")
    finally:
        scheduler.stop()
