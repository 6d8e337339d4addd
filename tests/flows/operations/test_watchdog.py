"""The audit flow: broken promises are found, written down, and told to the admins once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.operations import watchdog
from engine.model.audit_action import AuditAction
from engine.model.channel import Channel
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.messages.outbox_claims import claim_due
from engine.store.operations import channel_state, job_runs, watchdog_state
from engine.store.people import opt_outs
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from tests.kit.phones import CASE_MANAGER
from tests.kit.rows import add_message
from tests.kit.site import Site
from tests.kit.times import MINUTE, NOON, hours

SOON = NOON + hours(0.1)


@pytest.fixture
def site(database: Database) -> Site:
    site = Site(database).with_people()
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    return site


def set_alert(site: Site, **values: object) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).values(values))


def beat(site: Site, at: int, *names: str) -> None:
    with site.database.write() as conn:
        for name in names:
            job_runs.record(conn, name, at)


def broken(site: Site, now: int = SOON) -> list[str]:
    with site.database.read() as conn:
        return watchdog.broken_promises(conn, now)


def texts(site: Site) -> list[str]:
    return [row.body for row in site.rows(outbox) if row.alert_id is None]


def test_where_all_promises_are_kept_nothing_is_written(site: Site) -> None:
    before = site.audited
    assert watchdog.run(site.database, SOON) == {"broken": 0, "new": 0}
    assert (site.audited, texts(site)) == (before, [])


def test_a_phone_that_texts_do_not_reach_is_named_with_its_last_error(site: Site) -> None:
    with site.database.write() as conn:
        claim_due(conn, SOON, "a", MINUTE, 1)
        conn.execute(update(outbox).values(state="undelivered", error_code="30003"))
    assert "texts to S-1 do not arrive (error 30003)" in broken(site)
    watchdog.run(site.database, SOON)
    assert any("texts to S-1 do not arrive (error 30003)" in text for text in texts(site))
    assert "texts to S-1" not in str(broken(site, SOON + hours(24 * 8)))


def test_a_phone_is_well_again_once_a_text_reached_it_or_its_number_opted_out(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="failed", error_code="30003"))
        add_message(conn, 1, 1, step=7)
        conn.execute(update(outbox).where(outbox.c.step == 7).values(state="delivered"))
    assert "texts to" not in str(broken(site))
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="failed", error_code="21610"))
        opt_outs.add(conn, CASE_MANAGER, NOON)
    assert "texts to" not in str(broken(site))


def test_an_open_alert_with_nothing_ahead_and_no_message_on_its_way_is_found(site: Site) -> None:
    set_alert(site, next_step_at=None)
    assert broken(site) == []
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="failed"))
    assert broken(site) == ["alert 1 has nobody"]
    set_alert(site, owner_id=1)
    assert broken(site) == []


@pytest.mark.parametrize("quiet", ["historic", "shadow"])
def test_an_alert_that_texts_nobody_is_no_broken_promise(site: Site, quiet: str) -> None:
    set_alert(site, next_step_at=None, **{quiet: True})
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="failed"))
    assert broken(site) == []


@pytest.mark.parametrize("state", ["open", "snoozed"])
def test_a_step_that_was_not_taken_and_one_that_did_not_wake_is_found(
    site: Site, state: str
) -> None:
    set_alert(site, state=state)
    beat(site, NOON + hours(3), "audit")
    assert broken(site, NOON + hours(3)) == ["alert 1 is not escalated"]


def test_after_a_pause_of_the_whole_daemon_nothing_counts_as_late(site: Site) -> None:
    beat(site, NOON, "audit", *watchdog.FLOWS)
    assert broken(site, NOON + hours(48)) == []


def test_a_clock_that_was_set_back_since_the_last_audit_breaks_no_promise(site: Site) -> None:
    beat(site, SOON, *watchdog.FLOWS)
    beat(site, NOON + hours(24), "audit")
    assert broken(site) == []


def test_a_flow_that_has_not_run_while_the_audit_has_is_found(site: Site) -> None:
    beat(site, NOON, *watchdog.FLOWS)
    beat(site, SOON + watchdog.GRACE_US, "audit", "ingest", "deliver")
    assert broken(site, SOON + watchdog.GRACE_US) == ["evaluate has not run"]


def test_a_claim_that_nobody_took_over_is_found(site: Site) -> None:
    with site.database.write() as conn:
        due_clients.mark_dirty(conn, {1: 0})
        due_clients.claim_due(conn, NOON, "dead", 1, 1)
    beat(site, NOON + watchdog.GRACE_US + 2, "audit")
    assert broken(site, SOON + watchdog.GRACE_US) == ["an evaluation was given up"]


def test_a_client_who_cannot_be_evaluated_is_found(site: Site) -> None:
    with site.database.write() as conn:
        due_clients.mark_dirty(conn, {1: 0})
        (claim,) = due_clients.claim_due(conn, NOON, "test", 10, 1)
        due_clients.postpone(conn, claim, SOON)
    assert broken(site) == ["client 1 cannot be evaluated"]


def test_a_channel_that_is_stopped_is_found_and_told_once_until_it_works_again(site: Site) -> None:
    with site.database.write() as conn:
        channel_state.write(conn, Channel(5, NOON, SOON))
    # It is tried again from time to time, in vain.
    for now in (SOON - 1, SOON + 1):
        assert broken(site, now) == ["texts cannot be sent"]
        watchdog.run(site.database, now)
    assert texts(site) == ["Handrail: texts cannot be sent. The log says more."]
    with site.database.write() as conn:
        channel_state.write(conn, Channel())
    assert "texts cannot be sent" not in broken(site)


def test_the_admins_are_told_of_a_broken_promise_once_and_its_end_is_written_down(
    site: Site,
) -> None:
    beat(site, NOON + hours(3), "audit")
    assert watchdog.run(site.database, NOON + hours(3)) == {"broken": 1, "new": 1}
    assert watchdog.run(site.database, NOON + hours(4)) == {"broken": 1, "new": 0}
    assert texts(site) == ["Handrail: alert 1 is not escalated. The log says more."]
    with site.database.read() as conn:
        assert watchdog_state.standing(conn) == {"alert 1 is not escalated": NOON + hours(3)}
    set_alert(site, state="acknowledged", owner_id=1)
    watchdog.run(site.database, NOON + hours(5))
    assert site.audited[-2:] == [
        (AuditAction.PROMISE_BROKEN, "alert 1 is not escalated"),
        (AuditAction.PROMISE_RESTORED, "alert 1 is not escalated"),
    ]


def test_many_broken_promises_are_one_text(site: Site) -> None:
    beat(site, NOON, *watchdog.FLOWS)
    beat(site, NOON + hours(3), "audit", "ingest")
    watchdog.run(site.database, NOON + hours(3))
    assert texts(site) == ["Handrail: alert 1 is not escalated, and 2 more. The log says more."]


def test_a_promise_broken_again_is_told_again(site: Site) -> None:
    for now in (NOON + hours(3), NOON + hours(9)):
        set_alert(site, state="open")
        beat(site, now, "audit")
        watchdog.run(site.database, now)
        set_alert(site, state="acknowledged")
        watchdog.run(site.database, now + 1)
    assert len(texts(site)) == 2
