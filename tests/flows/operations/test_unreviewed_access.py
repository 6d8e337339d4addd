"""Who must review an emergency access is reminded each morning until it is done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.flows.console import emergency, today_page
from engine.flows.operations import unreviewed_access
from engine.model.emergency_access import EmergencyPage, is_overdue
from engine.model.instant import Instant, to_us
from engine.model.message import MessageKind
from engine.model.today import TodayPage
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    """C-2 was opened on the first of June at noon; S-3 is the supervisor and S-4 an admin."""
    site = ConsoleSite(database)
    site.now = at(1, 12)
    site.site.caseload.staff(4, "admin")
    emergency.begin(site.desk, site.who("one"), "C-2", "She called in tears.")
    return site


def at(day: int, hour: int) -> Instant:
    return to_us(datetime(2026, 6, day, hour, tzinfo=UTC))


def reminded(site: ConsoleSite, *times: Instant) -> list[int]:
    return [unreviewed_access.run(site.database, "UTC", now) for now in times]


def told(site: ConsoleSite) -> list[tuple[int, str]]:
    kind = MessageKind.UNREVIEWED_ACCESS
    return [(row.staff_id, row.body) for row in site.site.rows(outbox) if row.kind == kind]


def test_the_supervisor_hears_of_it_once_a_morning_after_a_day(site: ConsoleSite) -> None:
    assert reminded(site, at(2, 9), at(3, 8), at(3, 9), at(3, 10), at(4, 9)) == [0, 0, 1, 0, 1]
    text = "Handrail: 1 emergency access waits for a review. Please open the console."
    assert told(site) == [(3, text)] * 2


def test_after_three_days_the_admins_hear_of_it_too(site: ConsoleSite) -> None:
    assert reminded(site, at(5, 9)) == [2]
    assert [who for who, _ in told(site)] == [3, 4]


def test_a_review_ends_the_reminders(site: ConsoleSite) -> None:
    site.now = at(3, 12)
    supervisor = site.who("super")
    page, today = (
        emergency.open_page(site.desk, supervisor),
        today_page.open_page(site.desk, supervisor),
    )
    assert isinstance(page, EmergencyPage)
    assert isinstance(today, TodayPage)
    (access,) = page.accesses
    assert (is_overdue(access, site.now), today.emergencies) == (True, (at(1, 12),))

    emergency.review(site.desk, supervisor, access.id, "Right.")

    after = today_page.open_page(site.desk, supervisor)
    assert isinstance(after, TodayPage)
    assert (after.emergencies, reminded(site, at(4, 9))) == ((), [0])
