"""An unresolved alert is told again, as often as its rule says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from engine.alerts.lifecycle import move
from engine.flows.delivery import deliver
from engine.flows.escalation import reminders
from engine.model.message import MessageKind
from engine.store.alerts import alerts as stored
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.kit.carrier import Carrier
from tests.kit.site import Site, rulebook
from tests.kit.times import NOON, hours


@pytest.fixture
def site(database: Database) -> Site:
    """An alert with daily reminders: case manager 1 is told now, supervisor 2 in an hour."""
    site = Site(database, rules=rulebook(remind="24 hours")).with_people()
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    site.evaluate(NOON + hours(1))
    return site


def take(site: Site, at: int, **values: Any) -> None:
    with site.database.write() as conn:
        (alert,) = stored.of_clients(conn, [1], lock=True)[1]
        stored.change(
            conn, alert, move(alert, "acknowledged", "taken"), at=at, actor="S-1", why="taken"
        )
        conn.execute(update(alerts).values(owner_id=1))


def leave(site: Site, *staff_ids: int) -> None:
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id.in_(staff_ids)).values(active=False))


STEPS = [(0, 1, "step"), (1, 2, "step")]


def test_those_told_last_are_told_again_each_time_the_wait_is_over(site: Site) -> None:
    site.evaluate(NOON + hours(25) - 1)
    assert site.messages == STEPS
    site.evaluate(NOON + hours(25))
    site.evaluate(NOON + hours(25))
    assert site.messages == [*STEPS, (1, 2, "reminder")]
    assert site.rows(outbox)[-1].body.startswith(
        "Handrail: C-1 needs you (missed check-ins). Reply"
    )
    site.evaluate(NOON + hours(60))
    assert site.messages == [*STEPS, (1, 2, "reminder"), (1, 2, "reminder")]


def test_the_owner_is_told_again_and_the_text_goes_out(site: Site) -> None:
    take(site, NOON + hours(10))
    site.evaluate(NOON + hours(34) - 1)
    assert site.messages == STEPS
    site.evaluate(NOON + hours(34))
    assert site.messages == [*STEPS, (0, 1, "reminder")]
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + hours(34), "a"):
        pass
    assert [message.id for message in carrier.asked] == [3]


def test_a_reminder_to_those_told_is_not_sent_once_the_alert_is_taken(site: Site) -> None:
    site.evaluate(NOON + hours(25))
    take(site, NOON + hours(25) + 1)
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + hours(25), "a"):
        pass
    assert not carrier.asked


@pytest.mark.parametrize(
    "values", [{"state": "resolved"}, {"state": "snoozed"}, {"inhibited_by": 9}, {"shadow": True}]
)
def test_what_needs_nobody_for_now_is_not_told_again(site: Site, values: dict[str, Any]) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).values(values))
    stored_before = site.messages
    reminders.run(site.database, site.rules.rules, "reason", NOON + hours(50))
    assert site.messages == stored_before


def test_where_nobody_is_left_to_be_told_again_the_admins_are_told(site: Site) -> None:
    leave(site, 1, 2)
    site.evaluate(NOON + hours(25))
    assert site.messages == [*STEPS, (2, 3, MessageKind.REACHES_NOBODY)]


def deliver_all(site: Site, now: int) -> list[int]:
    """The ids of the staff whom texts went to, by their numbers."""
    carrier = Carrier()
    while deliver.run(site.database, carrier, now, "a"):
        pass
    return [int(message.to[-4:]) for message in carrier.asked]


def test_if_the_owner_has_left_those_told_before_are_told_again(site: Site) -> None:
    deliver_all(site, NOON + hours(1))
    take(site, NOON + hours(2))
    leave(site, 1)
    site.evaluate(NOON + hours(26))
    assert site.messages == [*STEPS, (1, 2, "reminder")]
    assert deliver_all(site, NOON + hours(26)) == [2]


def test_after_quiet_hours_comes_one_text_about_an_alert_and_no_reminders_with_it(
    database: Database,
) -> None:
    site = Site(database, rules=rulebook(remind="4 hours")).with_people()
    with site.database.write() as conn:
        quiet = {"quiet_from": "11:00", "quiet_to": "23:00"}
        conn.execute(update(staff).where(staff.c.id == 1).values(**quiet))
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    for passed in (0, 4, 8):
        site.evaluate(NOON + hours(passed))
        assert deliver_all(site, NOON + hours(passed)) == []
    assert deliver_all(site, NOON + hours(11)) == [1]
    site.evaluate(NOON + hours(11.5))
    assert [row.kind for row in site.rows(outbox)] == ["step"]


def test_where_everybody_has_left_the_admins_are_told_and_told_again(site: Site) -> None:
    deliver_all(site, NOON + hours(1))
    take(site, NOON + hours(2))
    leave(site, 1, 2)
    for now in (NOON + hours(26), NOON + hours(50)):
        site.evaluate(now)
        assert deliver_all(site, now) == [3]


def test_an_alert_of_which_nobody_can_be_told_again_keeps_no_other_from_it(site: Site) -> None:
    site.caseload.client(2)
    site.assign(2, 1)
    site.missed(NOON - hours(25), 2)
    site.missed(NOON - hours(1), 2)
    site.evaluate(NOON + hours(2))
    site.evaluate(NOON + hours(3))
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.id == 1).values(policy="of another version"))
    site.evaluate(NOON + hours(27))
    assert [(row.alert_id, row.kind, row.sequence) for row in site.rows(outbox)][-1] == (
        2,
        "reminder",
        1,
    )


def test_of_what_never_reached_anybody_the_admins_are_told_again_each_time(
    database: Database,
) -> None:
    site = Site(database, rules=rulebook(remind="24 hours")).with_people()
    leave(site, 1, 2)
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    for now in (NOON, NOON + hours(24), NOON + hours(48)):
        site.evaluate(now)
        assert deliver_all(site, now) == [3]
