"""The text of the day takes the whole way, and the watch outside hears while all is well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.twilio_simulator.texts import CarrierMessage
from engine.errors import SourcesError
from engine.flows.operations.status import status
from engine.store.database.connection import Database
from engine.store.operations import watchdog_state
from tests.chaos.story import SETTINGS, rules
from tests.kit.caseload import Caseload
from tests.kit.outside import OutsideWatch, outside_watch
from tests.kit.times import MINUTE, NOON, hours
from tests.kit.twilio_site import Arrivals, TwilioSite, web_database_of

ADMIN = "+15550100004"
FLOWS = ("ingest", "evaluate", "deliver", "reconcile", "audit", "ping")


class WatchedSite:
    """A site with an admin, a text of the day at 12:10, and a watch outside."""

    def __init__(self, database: Database, outside: OutsideWatch) -> None:
        people = Caseload(database)
        people.client(1)
        people.staff(1, "case_manager", 1)
        people.staff(4, "admin")
        watch = {"canary": hours(12) + 10 * MINUTE, "ping": outside.url}
        self.twilio = TwilioSite(
            [(database, web_database_of(database))], database, rules(),
            {**SETTINGS, "watch": watch}, Arrivals([]), NOON,
        )  # fmt: skip
        self.outside = outside
        self.database = database
        self.phone: list[str] = []
        self.twilio.carrier.shown = self._shown
        self.twilio.first.start()

    def _shown(self, text: CarrierMessage) -> None:
        assert text.to == ADMIN
        self.phone.append(text.body)

    def minutes(self, number: int) -> int:
        """Let the daemon work for some minutes; how often the watch outside was called."""
        before = len(self.outside.calls)
        for _ in range(number):
            self.twilio.clock.at += MINUTE
            self.twilio.take_calls()
            self.twilio.first.tick(*FLOWS)
            self.twilio.take_calls()
        return len(self.outside.calls) - before

    def broken(self) -> list[str]:
        with self.database.read() as conn:
            return list(watchdog_state.standing(conn))


@pytest.fixture
def site(database: Database) -> Iterator[WatchedSite]:
    with outside_watch() as outside:
        site = WatchedSite(database, outside)
        yield site
        site.twilio.close()


def test_all_is_well(site: WatchedSite) -> None:
    # 12:10 The text goes. It arrives, and the carrier says so: the watch outside hears each minute.
    assert site.minutes(75) == 75
    assert [one.startswith("Handrail: the text of the day") for one in site.phone] == [True]
    lines = status(site.database, site.twilio.settings, site.twilio.clock.at)
    (text,) = [one for one in lines if one.part == "text of the day"]
    assert text.said.startswith("arrived after")


def test_the_carrier_takes_texts_and_delivers_none(site: WatchedSite) -> None:
    site.twilio.carrier.trouble.shares["undelivered"] = 1
    assert site.minutes(9) == 9
    # 12:10 The carrier takes the text and loses it. Nobody outside hears that all is well.
    site.minutes(4)
    assert "the text of the day to S-4 has not arrived" in site.broken()
    assert site.minutes(30) == 0


def test_a_flow_that_has_no_success_stops_the_calls(site: WatchedSite) -> None:
    assert site.minutes(5) == 5
    twilio = site.twilio
    for _ in range(5):
        twilio.clock.at += MINUTE
        twilio.first.tick("ingest", "deliver", "audit", "ping")  # no evaluation
    assert len(site.outside.calls) == 7
    twilio.first.tick("evaluate", "ping")
    assert len(site.outside.calls) == 8


def test_a_watch_outside_that_does_not_answer_stops_nothing(site: WatchedSite) -> None:
    site.outside.status = 500
    with pytest.raises(SourcesError):
        site.minutes(1)
    site.outside.status = 200
    assert site.minutes(1) == 1
