"""The text of the day goes once a day to each admin, and one that does not arrive is found."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.operations import canary, watchdog
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.messages import canaries
from engine.store.tables.messages import outbox
from tests.kit.site import Site
from tests.kit.times import MINUTE, SECOND, clock, hours

TEN = hours(10)


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database).with_people()


def run(site: Site, time: str, day: int = 0, timezone: str = "UTC") -> int:
    return canary.run(site.database, TEN, timezone, clock(time, day))


def set_text(site: Site, **values: object) -> None:
    with site.database.write() as conn:
        conn.execute(update(outbox).values(values))


def lost(site: Site, time: str) -> list[str]:
    with site.database.read() as conn:
        return canary.lost(conn, clock(time))


def test_it_goes_to_the_admins_at_its_hour_and_once_a_day(site: Site) -> None:
    assert [run(site, time) for time in ("09:59", "10:00", "10:01", "21:59")] == [0, 1, 0, 0]
    assert run(site, "10:00", day=1) == 1
    assert [(row.staff_id, row.kind) for row in site.rows(outbox)] == [(3, MessageKind.CANARY)] * 2


def test_it_goes_by_the_clock_of_the_site(site: Site) -> None:
    assert [run(site, time, timezone="America/New_York") for time in ("13:59", "14:00")] == [0, 1]


def test_after_a_day_without_a_daemon_there_is_none_at_night(site: Site) -> None:
    assert run(site, "22:00") == 0


def test_an_admin_who_comes_later_gets_one_too(site: Site) -> None:
    assert run(site, "10:00") == 1
    site.caseload.staff(4, "admin")
    assert run(site, "11:00") == 1


def test_one_that_arrives_is_no_broken_promise_and_says_how_long_it_took(site: Site) -> None:
    run(site, "10:00")
    sent = clock("10:00") + SECOND
    set_text(site, state="delivered", sent_at=sent, updated_at=sent + 3 * SECOND)
    assert lost(site, "20:00") == []
    with site.database.read() as conn:
        (one,) = canaries.newest(conn, clock("10:00"))
    took = canary.took(one)
    assert took
    assert took.total_seconds() == 3


def test_one_of_which_the_carrier_says_nothing_within_an_hour_is_a_broken_promise(
    site: Site,
) -> None:
    run(site, "10:00")
    set_text(site, state="sent", sent_at=clock("10:00"))
    assert lost(site, "10:59") == []
    assert lost(site, "11:00") == ["the text of the day to S-3 has not arrived"]
    with site.database.read() as conn:
        assert lost(site, "11:00")[0] in watchdog.broken_promises(conn, clock("11:00"))


@pytest.mark.parametrize("state", ["failed", "undelivered", "expired"])
def test_one_that_failed_is_a_broken_promise_at_once(site: Site, state: str) -> None:
    run(site, "10:00")
    set_text(site, state=state)
    assert len(lost(site, "10:01")) == 1


def test_the_next_one_that_arrives_keeps_the_promise_again(site: Site) -> None:
    run(site, "10:00")
    set_text(site, state="failed")
    run(site, "10:00", day=1)
    with site.database.write() as conn:
        today = outbox.c.sequence == clock("10:00", 1)
        conn.execute(update(outbox).where(today).values(state="delivered"))
    with site.database.read() as conn:
        assert canary.lost(conn, clock("10:00", 1) + MINUTE) == []


def test_people_who_are_no_admins_get_none(site: Site) -> None:
    run(site, "10:00")
    assert {row.staff_id for row in site.rows(outbox)} == {3}
