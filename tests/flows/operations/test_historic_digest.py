"""Alerts that began long ago end in one text to each recipient, never in silence or a flood."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from engine.flows.delivery import deliver
from engine.flows.escalation import mutes
from engine.flows.operations import historic_digest
from engine.store.database.connection import Database
from engine.store.tables import people
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.site import Site, rulebook
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database).with_people()


def long_ago(site: Site, *client_ids: int) -> None:
    """Let the rule hold for clients since more than three days, and still."""
    for client_id in client_ids:
        if client_id > 1:
            site.caseload.client(client_id)
            site.assign(client_id, 1)
        for ago in (101, 100):
            site.missed(NOON - ago * HOUR, client_id)


def texts(site: Site) -> Iterator[tuple[int, str]]:
    return ((row.staff_id, row.body) for row in site.rows(outbox))


def told(site: Site, now: int) -> int:
    return historic_digest.run(site.database, "reason", now)


def test_a_site_that_goes_live_tells_each_recipient_once_how_many_rules_hold(site: Site) -> None:
    long_ago(site, 1, 2, 3)
    site.evaluate()
    assert site.messages == []
    assert told(site, NOON + 3 * MINUTE) == 1
    assert list(texts(site)) == [
        (
            1,
            "Handrail: 3 clients already meet a rule: 1 C-1, 2 C-2, 3 C-3. "
            "Reply a number and A to take it.",
        )
    ]
    assert told(site, NOON + 4 * MINUTE) == told(site, NOON + 9 * DAY) == 0
    assert ("told", "staff 1") in site.audited


def test_a_text_waits_until_no_more_are_found(site: Site) -> None:
    long_ago(site, 1)
    site.evaluate()
    assert told(site, NOON + MINUTE) == 0
    long_ago(site, 2)
    site.evaluate(NOON + MINUTE)
    assert told(site, NOON + 2 * MINUTE) == 0
    assert told(site, NOON + 3 * MINUTE) == 1
    (text,) = texts(site)
    assert "2 clients" in text[1]


def test_a_text_waits_for_no_more_than_an_hour(site: Site) -> None:
    long_ago(site, 1)
    site.evaluate()
    long_ago(site, 2)
    site.evaluate(NOON + HOUR - SECOND)
    assert told(site, NOON + HOUR) == 1


def test_a_client_who_comes_later_with_history_is_told_of_the_next_day(site: Site) -> None:
    long_ago(site, 1)
    site.evaluate()
    told(site, NOON + 3 * MINUTE)
    long_ago(site, 2)
    site.evaluate(NOON + HOUR)
    assert told(site, NOON + 2 * HOUR) == 0
    assert told(site, NOON + DAY + 3 * MINUTE) == 1
    assert [body for _, body in texts(site)][1] == (
        "Handrail: 1 client already meets a rule: 2 C-2. Reply a number and A to take it."
    )


def test_too_many_for_a_phone_are_counted_alone(site: Site) -> None:
    long_ago(site, *range(1, 26))
    site.evaluate()
    told(site, NOON + 3 * MINUTE)
    assert [body for _, body in texts(site)] == [
        "Handrail: 25 clients already meet a rule. See: handrail alerts"
    ]


def test_the_admins_hear_of_alerts_that_reach_nobody(site: Site) -> None:
    long_ago(site, 1)
    site.evaluate()
    with site.database.write() as conn:
        conn.execute(update(people.staff).where(people.staff.c.id < 3).values(active=False))
    assert told(site, NOON + 3 * MINUTE) == 1
    assert [staff_id for staff_id, _ in texts(site)] == [3]


def test_rules_on_trial_make_no_text(site: Site) -> None:
    site.rules = rulebook(status="shadow")
    long_ago(site, 1)
    site.evaluate()
    assert told(site, NOON + 3 * MINUTE) == 0


def test_a_muted_client_waits_for_the_end_of_the_mute(site: Site) -> None:
    long_ago(site, 1, 2)
    site.evaluate()
    with site.database.write() as conn:
        mutes.mute(conn, "C-1", NOON + 2 * DAY, "known", None, site.rules.rules, NOON)
    assert told(site, NOON + 3 * MINUTE) == 1
    assert told(site, NOON + 2 * DAY) == 1
    assert [body[41:46] for _, body in texts(site)] == ["1 C-2", "2 C-1"]


def test_the_text_waits_for_the_end_of_quiet_hours(site: Site) -> None:
    with site.database.write() as conn:
        quiet = {"quiet_from": "11:00", "quiet_to": "14:00"}
        conn.execute(update(people.staff).where(people.staff.c.id == 1).values(**quiet))
    long_ago(site, 1)
    site.evaluate()
    told(site, NOON + 3 * MINUTE)
    carrier = Carrier()
    deliver.run(site.database, carrier, NOON + 4 * MINUTE, "test")
    assert carrier.asked == []
    deliver.run(site.database, carrier, NOON + 2 * HOUR, "test")
    assert len(carrier.asked) == 1
