"""Once a month the supervisors hear that the report is there, and once only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.flows.reports import monthly
from engine.model.instant import Instant, to_us
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from tests.kit.site import Site


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database).with_people()


def at(month: int, day: int, hour: int) -> Instant:
    return to_us(datetime(2026, month, day, hour, tzinfo=UTC))


def test_it_goes_on_the_first_of_the_month_to_supervisors_and_once(site: Site) -> None:
    times = [at(6, 30, 23), at(7, 1, 8), at(7, 1, 9), at(7, 1, 10), at(7, 2, 9), at(8, 1, 9)]
    assert [monthly.run(site.database, "UTC", now) for now in times] == [0, 0, 1, 0, 0, 1]
    assert {(row.staff_id, row.body) for row in site.rows(outbox)} == {
        (2, "Handrail: the monthly report is ready. Open the console.")
    }


def test_it_goes_by_the_clock_of_the_site(site: Site) -> None:
    times = [at(7, 1, 12), at(7, 1, 13)]
    assert [monthly.run(site.database, "America/New_York", now) for now in times] == [0, 1]


def test_a_daemon_that_was_down_for_days_says_nothing_of_that_month(site: Site) -> None:
    assert monthly.run(site.database, "UTC", at(7, 3, 9)) == 1
    assert monthly.run(site.database, "UTC", at(8, 4, 9)) == 0
