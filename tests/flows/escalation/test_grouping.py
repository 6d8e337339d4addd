"""One text for what belongs together; each alert still climbs on its own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from engine.flows.delivery import deliver, delivery_status
from engine.messaging.operator_texts import reaches_nobody
from engine.model.message import MessageKind, NewMessage, Report
from engine.store.database.connection import Database
from engine.store.messages import grouping, outbox_claims
from engine.store.messages import outbox as outbox_store
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.phones import headline
from tests.kit.rows import NOW as EIGHT
from tests.kit.rows import add_alert, add_message, add_staff
from tests.kit.site import MISSED, Site, rulebook, rulebook_of, written_rule
from tests.kit.times import MINUTE, NOON, hours

ONE = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"
BOTH = (
    written_rule("missed", MISSED, reason="missed check-ins"),
    written_rule("call", ONE, reason="please call"),
)


@pytest.fixture
def site(database: Database) -> Site:
    """One client with two alerts that open at noon."""
    site = Site(database, rules=rulebook_of(*BOTH)).with_people()
    site.missed(NOON - hours(2))
    site.missed(NOON - hours(2))
    return site


def deliver_all(site: Site, carrier: Carrier, now: int) -> None:
    while deliver.run(site.database, carrier, now, "a"):
        pass


def set_alert(site: Site, alert_id: int, **values: Any) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.id == alert_id).values(values))


def states(site: Site) -> list[str]:
    return [row.state for row in site.rows(outbox)]


def test_alerts_of_one_client_that_open_together_are_one_text_that_names_both(site: Site) -> None:
    site.evaluate()
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    assert [message.body for message in carrier.asked] == [
        "Handrail: C-1 needs you: 1 (please call), 2 (missed check-ins). "
        "Reply a number and A to take it, P to pass on, D when done, F if a false alarm."
    ]
    assert states(site) == ["accepted", "accepted"]


def test_the_one_that_nobody_takes_climbs_though_the_other_was_taken(site: Site) -> None:
    site.evaluate()
    deliver_all(site, Carrier(), NOON)
    set_alert(site, 1, state="acknowledged", owner_id=1, next_step_at=None)
    site.evaluate(NOON + hours(1))
    assert [(row.alert_id, row.staff_id) for row in site.rows(outbox)][2:] == [(2, 2)]


def test_where_the_one_that_carries_is_taken_before_it_went_the_other_goes_by_itself(
    site: Site,
) -> None:
    site.evaluate()
    carried = next(row for row in site.rows(outbox) if row.bundle_id)
    carrying = next(row for row in site.rows(outbox) if not row.bundle_id)
    set_alert(site, carrying.alert_id, state="acknowledged", owner_id=1, next_step_at=None)
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    assert [message.id for message in carrier.asked] == [carried.id]
    assert carrier.asked[0].body == carried.body


def test_where_the_text_is_refused_every_alert_it_tells_of_goes_to_its_next_step(
    site: Site,
) -> None:
    site.evaluate()
    deliver_all(site, Carrier("refuses"), NOON)
    assert states(site) == ["failed", "failed"]
    assert [row.next_step_at for row in site.alerts] == [NOON, NOON]


def test_where_the_carrier_reports_that_the_text_did_not_arrive_every_alert_goes_to_its_next_step(
    site: Site,
) -> None:
    site.evaluate()
    deliver_all(site, Carrier(), NOON)
    carrying = next(row for row in site.rows(outbox) if not row.bundle_id)
    delivery_status.take(
        site.database,
        Report(carrying.id, carrying.provider_id, "undelivered", "30005"),
        NOON + MINUTE,
    )
    assert states(site) == ["undelivered", "undelivered"]
    assert [row.next_step_at for row in site.alerts] == [NOON + MINUTE, NOON + MINUTE]


def test_a_rule_sent_back_into_shadow_takes_back_what_waits(site: Site) -> None:
    site.evaluate()
    site.serve(rulebook(status="shadow"))
    site.evaluate(NOON + 1)
    carrier = Carrier()
    deliver_all(site, carrier, NOON + 1)
    assert not carrier.asked
    assert states(site) == ["cancelled", "cancelled"]


def many(site: Site, number: int) -> None:
    """As many clients besides, all of case manager 4, each with two missed check-ins."""
    site.caseload.staff(4, "case_manager")
    for client_id in range(2, number + 2):
        site.caseload.client(client_id)
        site.missed(NOON - hours(25), client_id)
        site.missed(NOON - hours(1), client_id)
        site.caseload.assign(4, "case_manager", client_id)


def test_texts_come_a_minute_apart_and_more_than_there_is_room_for_as_one(
    database: Database,
) -> None:
    site = Site(database).with_people()
    many(site, 3)
    site.evaluate()
    carrier = Carrier()
    for minute in range(4):
        deliver_all(site, carrier, NOON + minute * MINUTE)
        assert len(carrier.asked) == min(minute + 1, 3)


def test_more_than_five_at_once_are_one_text_and_each_climbs(database: Database) -> None:
    site = Site(database).with_people()
    many(site, 8)
    site.evaluate()
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    deliver_all(site, carrier, NOON + 10 * MINUTE)
    assert [headline(message.body) for message in carrier.asked] == [
        "8 alerts about 8 clients need you"
    ]
    assert set(states(site)) == {"accepted"}
    assert len({row.alert_id for row in site.rows(outbox)}) == 8
    assert {row.next_step_at for row in site.alerts} == {NOON + hours(1)}


def test_one_text_about_many_counts_the_alerts_that_its_texts_were_to_tell_together(
    database: Database,
) -> None:
    site = Site(database, rules=rulebook_of(*BOTH)).with_people()
    many(site, 8)
    site.evaluate()
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    assert [message.body for message in carrier.asked] == [
        "Handrail: 16 alerts about 8 clients need you: 1 C-2, 2 C-2, 3 C-3, 4 C-3, 5 C-4, 6 C-4, "
        "7 C-5, 8 C-5, 9 C-6, 10 C-6, 11 C-7 and 5 more. Reply LIST for the rest."
    ]


def test_an_alert_with_two_texts_for_one_recipient_counts_once(database: Database) -> None:
    site = Site(database).with_people()
    many(site, 8)
    site.evaluate()
    with site.database.write() as conn:
        outbox_store.enqueue(conn, NewMessage(1, 0, 4, MessageKind.REMINDER, "again", NOON, NOON))
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    assert [headline(message.body) for message in carrier.asked] == [
        "8 alerts about 8 clients need you"
    ]


def test_urgent_texts_are_never_held_back(database: Database) -> None:
    site = Site(database, rules=rulebook(severity="urgent")).with_people()
    many(site, 8)
    site.evaluate()
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    assert len(carrier.asked) == 8


def test_a_digest_in_doubt_is_looked_up_and_not_sent_again(database: Database) -> None:
    site = Site(database).with_people()
    many(site, 8)
    site.evaluate()
    carrier = Carrier("times out after taking it")
    deliver_all(site, carrier, NOON)
    deliver_all(site, carrier, NOON + 10 * MINUTE)
    assert len(carrier.asked) == 1
    assert set(states(site)) == {"accepted"}


@pytest.mark.postgres
def test_what_one_daemon_gathers_no_other_sends_meanwhile(postgres_database: Database) -> None:
    site = Site(postgres_database).with_people()
    many(site, 8)
    site.evaluate()
    with postgres_database.write() as conn:
        (claimed,) = outbox_claims.claim_due(conn, NOON, "one", MINUTE, 1)
    with postgres_database.write() as one, postgres_database.write() as other:
        gathered = grouping.waiting(one, claimed)
        assert len(gathered) == 8
        assert outbox_claims.claim_due(other, NOON, "other", MINUTE, 10) == []


def test_that_an_alert_reaches_nobody_is_told_by_itself(database: Database) -> None:
    site = Site(database).with_people()
    site.caseload.staff(4, "admin")
    for client_id in range(2, 10):
        site.caseload.client(client_id)
        site.missed(NOON - hours(25), client_id)
        site.missed(NOON - hours(1), client_id)
        site.assign(client_id, 4)
    site.evaluate()
    with site.database.write() as conn:
        body = reaches_nobody("C-9", "medium", "", 9, 1, "reference")
        outbox_store.enqueue(
            conn, NewMessage(8, 1, 4, MessageKind.REACHES_NOBODY, body, NOON, NOON)
        )
    carrier = Carrier()
    deliver_all(site, carrier, NOON)
    deliver_all(site, carrier, NOON + MINUTE)
    assert {headline(message.body) for message in carrier.asked} == {
        "8 alerts about 8 clients need you",
        headline(body),
    }


@pytest.mark.parametrize("severity", ["high", "urgent"])
def test_that_many_alerts_reach_nobody_is_one_text(database: Database, severity: str) -> None:
    with database.write() as conn:
        admin = add_staff(conn, role="admin")
        for _ in range(60):
            alert_id = add_alert(conn, severity=severity)
            add_message(conn, alert_id, admin, kind=MessageKind.REACHES_NOBODY)
    carrier = Carrier()
    while deliver.run(database, carrier, EIGHT, "test"):
        pass
    (sent,) = carrier.asked
    assert headline(sent.body) == "60 alerts reach nobody"


def test_that_alerts_reach_nobody_is_told_at_most_once_a_minute(database: Database) -> None:
    with database.write() as conn:
        admin = add_staff(conn, role="admin")
        add_message(conn, add_alert(conn), admin, kind=MessageKind.REACHES_NOBODY)
    carrier = Carrier()
    assert deliver.run(database, carrier, EIGHT, "test") == "accepted"
    with database.write() as conn:
        add_message(conn, add_alert(conn), admin, kind=MessageKind.REACHES_NOBODY)
    assert deliver.run(database, carrier, EIGHT, "test") == "queued"
    assert deliver.run(database, carrier, EIGHT + MINUTE, "test") == "accepted"
