"""Silence that may be an outage is nobody's alert until the data are back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select, text, update

from engine.flows.delivery import deliver
from engine.flows.inbound import alert_actions, receive
from engine.flows.operations import watchdog
from engine.model.audit_action import AuditAction
from engine.model.inbound import Inbound
from engine.model.notification_settings import NotificationSettings
from engine.model.outages import Feed
from engine.store.alerts import inactivity, outages
from engine.store.alerts.alert_records import listed
from engine.store.alerts.alerts import of_clients
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.people import staff
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.databases import SqliteFile
from tests.kit.generated import cases
from tests.kit.site import SILENT, Site, rulebook, rulebook_of, written_rule
from tests.kit.times import MINUTE, NOON, hours

START = NOON - hours(24)  # nobody's silence has begun by then
ALL_IS_WELL = Feed(NOON, NOON, NOON, frozenset({"check_in"}))


def out(site: Site, since: int | None, kinds: frozenset[str] = frozenset({"check_in"})) -> None:
    """The source is out since then, or well."""
    with site.database.write() as conn:
        source_health.write(
            conn, "inbox", replace(ALL_IS_WELL, kinds=kinds, out_since=since, why="cannot be read")
        )


@pytest.fixture
def site(database: Database) -> Site:
    """Clients 1 to 9, whose three days without a check-in are over at noon, client 1 first.

    They were evaluated a day before.
    """
    site = Site(database, rules=rulebook(SILENT)).with_people()
    for client_id in range(1, 10):
        if client_id > 1:
            site.caseload.client(client_id)
            site.assign(client_id, 1)
        site.caseload.event(
            client_id, "check_in", NOON - hours(72) + (client_id - 1) * MINUTE, status="completed"
        )
    site.evaluate(START)
    return site


def silences(site: Site) -> dict[int, str | None]:
    return {row.client_id: row.inactivity for row in site.alerts if row.opened_at > START}


def told(site: Site) -> list[int]:
    """The clients whose alerts have a text, sent or waiting."""
    with site.database.read() as conn:
        about = select(alerts.c.client_id).join(outbox, outbox.c.alert_id == alerts.c.id)
        return list(conn.scalars(about.where(outbox.c.state != "cancelled").order_by(outbox.c.id)))


def test_silence_where_all_is_well_is_told_in_the_same_step(site: Site) -> None:
    site.evaluate(NOON)
    assert (silences(site), told(site)) == ({1: "believed"}, [1])
    assert site.transitions[-1] == (None, "open", "began")


def test_while_the_source_is_out_nobody_is_told_and_nothing_climbs_and_no_promise_is_broken(
    site: Site,
) -> None:
    out(site, NOON - hours(1))
    site.evaluate(NOON)
    site.evaluate(NOON + hours(2))
    assert (set(silences(site).values()), told(site)) == ({"held"}, [])
    with site.database.read() as conn:
        assert watchdog.broken_promises(conn, NOON + hours(2)) == ["source inbox cannot be read"]
        assert len(listed(conn, ["open"], held_only=True)) == 9
    assert (AuditAction.ALERTS_HELD, "outages") in site.audited


def test_a_source_of_other_kinds_holds_nothing(site: Site) -> None:
    out(site, NOON - hours(1), kinds=frozenset({"test"}))
    site.evaluate(NOON)
    assert told(site) == [1]


def test_an_alert_that_an_event_opened_is_never_held(database: Database) -> None:
    site = Site(database).with_people()
    site.missed(NOON - hours(25))
    site.evaluate(NOON - hours(24))
    out(site, NOON - hours(20))
    site.missed(NOON)
    site.evaluate(NOON)
    assert told(site) == [1]


def test_when_the_data_are_back_what_still_holds_is_told_in_one_text_and_the_rest_vanishes(
    site: Site,
) -> None:
    out(site, NOON - hours(1))
    site.evaluate(NOON + hours(1))
    out(site, None)
    for client_id in range(1, 7):
        site.caseload.event(client_id, "check_in", NOON - MINUTE, status="completed")
    site.evaluate(NOON + hours(1) + MINUTE)
    assert told(site) == []
    assert {row.client_id for row in site.alerts if row.state == "open"} == {7, 8, 9}
    site.evaluate(NOON + hours(1) + 16 * MINUTE)
    assert told(site) == [7, 8, 9]
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + hours(1.5), "a"):
        pass
    assert [message.body for message in carrier.asked] == [
        "Handrail: 3 clients newly need you: 1 C-7, 2 C-8, 3 C-9. Reply a number and A to take it."
    ]


def test_more_silent_at_once_than_by_themselves_are_held_and_what_was_told_of_them_is_taken_back(
    site: Site,
) -> None:
    for minute in range(4):
        site.evaluate(NOON + minute * MINUTE)
    assert told(site) == [1, 2, 3, 4]
    site.evaluate(NOON + 4 * MINUTE)
    assert (told(site), set(silences(site).values())) == ([], {"held"})
    with site.database.read() as conn:
        assert watchdog.broken_promises(conn, NOON + 4 * MINUTE) == [watchdog.TOO_MANY]
    site.evaluate(NOON + hours(2))
    assert told(site) == []


def test_two_of_four_are_no_outage(database: Database) -> None:
    site = Site(database, rules=rulebook(SILENT)).with_people()
    for client_id in (2, 3, 4):
        site.caseload.client(client_id)
    for client_id in (1, 2, 3, 4):
        site.caseload.event(
            client_id, "check_in", NOON - hours(72 if client_id < 3 else 1), status="completed"
        )
    site.evaluate(START)
    site.evaluate(NOON)
    assert set(silences(site).values()) == {"believed"}


def test_clients_seen_for_the_first_time_and_new_rules_are_no_outage(database: Database) -> None:
    site = Site(database, rules=rulebook()).with_people()
    for client_id in range(1, 10):
        if client_id > 1:
            site.caseload.client(client_id)
            site.assign(client_id, 1)
        site.caseload.event(client_id, "check_in", NOON - hours(80), status="completed")
    site.evaluate(NOON)
    site.serve(rulebook(SILENT))
    site.evaluate(NOON + 1)
    assert (set(silences(site).values()), len(told(site))) == ({None}, 9)


def test_that_alerts_wait_is_itself_told_after_a_while_and_as_often_again(site: Site) -> None:
    out(site, NOON - hours(1))
    for hour in (0.2, 12, 12.2, 24, 24.3):
        site.evaluate(NOON + hours(hour))
    texts = [(row.staff_id, row.created_at, row.body) for row in site.rows(outbox)]
    said = (
        "Handrail: no data for 9 clients. Their alerts are on hold and nobody was told. "
        "See: handrail alerts --held"
    )
    assert texts == [(2, NOON + hours(12.2), said), (2, NOON + hours(24.3), said)]


def test_urgent_ones_that_wait_are_told_of_within_the_hour_whatever_the_hour(
    database: Database,
) -> None:
    site = Site(database, rules=rulebook(SILENT, severity="urgent")).with_people()
    site.caseload.staff(5, "supervisor", quiet_from="09:00", quiet_to="17:00")
    site.caseload.event(1, "check_in", NOON - hours(72), status="completed")
    site.evaluate(START)
    out(site, NOON - hours(1))
    site.evaluate(NOON)
    site.evaluate(NOON + hours(1))
    carrier = Carrier()
    while deliver.run(database, carrier, NOON + hours(1), "a"):
        pass
    assert sorted(message.to[-1] for message in carrier.asked) == ["2", "5"]
    assert all("no data for 1 client." in message.body for message in carrier.asked)


def test_an_act_on_a_held_alert_ends_its_holding(site: Site) -> None:
    out(site, NOON - hours(1))
    site.evaluate(NOON)
    with site.database.write() as conn:
        who = staff.with_ref(conn, "S-2")
        assert who is not None
        alert_actions.act(conn, site.alerts[-1].id, who, "accept", NOON + 1)
    site.evaluate(NOON + 2)
    assert (site.alerts[-1].state, site.alerts[-1].inactivity) == ("acknowledged", None)


def test_a_held_alert_quiets_nothing(database: Database) -> None:
    unheard = "{time_since: check_in, where: {status: completed}, at_least: 3 days}"
    quieting = written_rule("silent", unheard, quiets="[missed]")
    missed = written_rule(
        "missed", "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
    )
    site = Site(database, rules=rulebook_of(quieting, missed)).with_people()
    site.caseload.event(1, "check_in", NOON - hours(72), status="completed")
    site.evaluate(START)
    out(site, NOON - hours(1))
    site.evaluate(NOON)
    for hour in (1, 2):
        site.missed(NOON - hours(hour))
    site.evaluate(NOON + 1)
    later = [row for row in site.alerts if row.opened_at > START]
    assert [(row.rule_id, row.inactivity, row.inhibited_by) for row in later] == [
        ("silent", "held", None), ("missed", None, None),
    ]  # fmt: skip
    assert told(site) == [1]


def test_a_client_text_comes_through_in_an_outage(site: Site) -> None:
    out(site, NOON - hours(1))
    with site.database.write() as conn:
        conn.exec_driver_sql("UPDATE clients SET phone = '+15550109999' WHERE id = 1")
    receive.take(
        site.database,
        Inbound("SM1", "+15550109999", "hello?"),
        NotificationSettings(site.routing),
        NOON,
    )
    site.evaluate(NOON)
    assert told(site) == [1]


def test_alerts_wait_for_clients_who_are_still_being_judged_but_not_for_ever(site: Site) -> None:
    with site.database.write() as conn:
        conn.exec_driver_sql(
            f"UPDATE evaluations SET lease_until = {NOON + hours(1)} WHERE client_id = 9"
        )
    site.evaluate(NOON)
    assert (silences(site), told(site)) == ({1: "unjudged"}, [])
    site.evaluate(NOON + MINUTE)
    assert told(site) == [1]


@pytest.mark.parametrize("read_to_its_end", [True, False])
def test_alerts_wait_for_another_daemon_half_way_through_a_source_but_not_long_for_one_that_died(
    site: Site, *, read_to_its_end: bool
) -> None:
    for client_id in range(2, 10):
        site.caseload.event(client_id, "check_in", NOON - MINUTE, status="completed")
    with site.database.write() as conn:
        source_health.begin(conn, "inbox", NOON)
    site.evaluate(NOON)
    site.evaluate(NOON + 9 * MINUTE)
    assert (silences(site), told(site)) == ({1: "unjudged"}, [])
    if read_to_its_end:
        out(site, None)
    site.evaluate(NOON + (9 if read_to_its_end else 10) * MINUTE + 1)
    assert told(site) == [1]


@cases(4)
@given(st.data())
def test_held_alerts_text_nobody_and_afterwards_each_is_told_or_gone(
    sqlite_file: SqliteFile, data: Any
) -> None:
    """Random outages and random evenings, evaluated every three hours."""
    database = sqlite_file.emptied()
    site = Site(
        database, rules=rulebook("{time_since: check_in, at_least: 30 hours}")
    ).with_people()
    for client_id in range(2, 8):
        site.caseload.client(client_id)
        site.assign(client_id, 1)
    end = data.draw(st.integers(4, 20), "the outage ends")
    begin = data.draw(st.integers(0, end), "the outage begins")
    missed: list[tuple[int, int]] = []
    for step in range(22):
        now = NOON + hours(3 * step)
        out(site, NOON + hours(3 * begin) if begin <= step < end else None)
        who = data.draw(st.sets(st.integers(1, 7), max_size=2)) if step else range(1, 8)
        missed += [(now - hours(1), client_id) for client_id in sorted(who)]
        if not begin <= step < end:
            for at, client_id in missed:
                site.caseload.event(client_id, "check_in", at, status="completed")
            missed.clear()
        site.evaluate(now)
        assert not set(nobody_yet(site)) & set(messages_of(site))
    site.evaluate(NOON + hours(90))
    site.evaluate(NOON + hours(91))
    with database.read() as conn:
        held = set(
            conn.scalars(
                select(alert_transitions.c.alert_id).where(alert_transitions.c.why.like("held%"))
            )
        )
        assert outages.read(conn).keys() <= {"rule two-missed"}
        stands = bool(outages.read(conn))
    for row in site.alerts:
        if row.id in held and not stands:
            assert row.state == "resolved" or (
                row.inactivity == "believed" and row.id in messages_of(site)
            )


def nobody_yet(site: Site) -> list[int]:
    return [
        row.id
        for row in site.alerts
        if row.inactivity in {"unjudged", "held"} and row.state != "resolved"
    ]


def messages_of(site: Site) -> list[int]:
    """The alerts with a text that may still go out."""
    return [row.alert_id for row in site.rows(outbox) if row.state == "queued" and row.alert_id]


def test_silence_that_cannot_be_judged_keeps_nobody_from_the_next_step(database: Database) -> None:
    site = Site(database, rules=rulebook(SILENT)).with_people()
    site.caseload.client(2)
    for client_id in (1, 2):
        site.caseload.event(client_id, "check_in", NOON - hours(72), status="completed")
    site.assign(2, 1)
    site.evaluate(START)
    site.evaluate(NOON)
    with site.database.write() as conn:
        broken = {"policy": "of another version", "inactivity": "unjudged"}
        conn.execute(update(alerts).where(alerts.c.client_id == 1).values(broken))
    with pytest.raises(ValidationError):
        site.evaluate(NOON + hours(2))
    (climbed,) = [row.alert_id for row in site.rows(outbox) if row.step == 1]
    assert {row.id: row.client_id for row in site.alerts}[climbed] == 2


@pytest.mark.postgres
def test_looking_for_silence_never_blocks_a_writer_who_locks_a_clients_alerts_in_order(
    postgres_database: Database,
) -> None:
    site = Site(postgres_database, rules=rulebook(SILENT)).with_people()
    site.caseload.event(1, "check_in", NOON - hours(72), status="completed")
    site.evaluate(START)
    out(site, NOON - hours(1))
    site.evaluate(NOON)
    with postgres_database.write() as one, postgres_database.write() as other:
        assert len(inactivity.unresolved(one, START)) == 1
        other.execute(text("SET LOCAL lock_timeout = '1s'"))
        assert of_clients(other, [1], lock=True)
