"""An alert climbs until a recipient takes it, or an admin knows that none can."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import update

from engine.flows.delivery import deliver
from engine.flows.escalation import steps
from engine.flows.operations.watchdog import adrift
from engine.model.message import MessageKind
from engine.model.rule import Severity
from engine.store.alerts.alerts import with_due_step
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.kit.carrier import Carrier
from tests.kit.site import Site, routing
from tests.kit.times import NOON, hours

NOT_URGENT: Sequence[Severity] = ("high", "medium", "low")
MENTOR_FIRST = [{"to": "mentor"}, {"after": "1 hour", "to": "case_manager"}]


@pytest.fixture
def site(database: Database) -> Site:
    site = Site(database).with_people()
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    return site


def escalated(site: Site, now: int) -> int:
    return steps.run(site.database, site.rules.rules, "reason", now)


def deactivate(site: Site, *staff_ids: int) -> None:
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id.in_(staff_ids)).values(active=False))


def set_alert(site: Site, **values: object) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).values(values))


def test_what_nobody_takes_goes_to_the_next_step_when_it_is_due_and_once(site: Site) -> None:
    site.evaluate()
    assert escalated(site, NOON + hours(1) - 1) == 0
    assert escalated(site, NOON + hours(1)) == 1
    assert escalated(site, NOON + hours(2)) == 0
    assert site.messages == [(0, 1, "step"), (1, 2, "step")]
    assert ("told", "alert 1") in site.audited


@pytest.mark.parametrize("state", ["acknowledged", "snoozed", "resolved"])
def test_a_taken_alert_climbs_no_further(site: Site, state: str) -> None:
    site.evaluate()
    set_alert(site, state=state, next_step_at=None)
    assert escalated(site, NOON + hours(1)) == 0


def test_a_step_brought_forward_is_taken_at_once(site: Site) -> None:
    site.evaluate()
    set_alert(site, next_step_at=NOON + 5)
    assert escalated(site, NOON + 5) == 1


def test_a_policy_may_leave_time_before_its_first_step(site: Site) -> None:
    site.routing = routing({"after": "30 minutes", "to": "case_manager"})
    site.evaluate()
    assert site.messages == []
    assert escalated(site, NOON + hours(0.5)) == 1
    assert site.messages == [(0, 1, "step")]


def test_a_late_step_leaves_the_time_of_the_policy_before_the_one_after_it(site: Site) -> None:
    site.routing = routing(
        {"to": "case_manager"},
        {"after": "1 hour", "to": "supervisor"},
        {"after": "2 hours", "to": "admin"},
    )
    site.evaluate()
    escalated(site, NOON + hours(10))
    assert [row.next_step_at for row in site.alerts] == [NOON + hours(11)]


def test_a_step_that_reaches_nobody_is_passed_over_at_once_and_visibly(site: Site) -> None:
    deactivate(site, 1)
    site.evaluate()
    assert site.messages == [(1, 2, "step")]
    (row,) = [row for row in site.rows(alerts.metadata.tables["audit"]) if row.action == "told"]
    assert '"passed_over":["case_manager"]' in row.detail


def test_an_alert_that_nobody_can_receive_is_a_message_to_the_admins(site: Site) -> None:
    deactivate(site, 1, 2)
    site.evaluate()
    assert site.messages == [(0, 3, MessageKind.REACHES_NOBODY)]
    assert (
        site.rows(outbox)[0].body
        == "Handrail: medium alert about C-1 (missed check-ins) reaches nobody. "
        "Reply 1 A to take it. See: handrail why 1"
    )
    assert ("reaches nobody", "alert 1") in site.audited
    assert escalated(site, NOON + hours(2)) == 0


def test_where_there_is_no_admin_either_it_stands_in_the_audit_trail(site: Site) -> None:
    deactivate(site, 1, 2, 3)
    site.evaluate()
    assert site.messages == []
    assert ("reaches nobody", "alert 1") in site.audited


def test_after_the_last_step_was_refused_the_admins_are_told(site: Site) -> None:
    site.evaluate()
    escalated(site, NOON + hours(1))
    refuse(site, [1, 2])
    set_alert(site, next_step_at=NOON + hours(2))  # as deliver does where a message reaches nobody
    escalated(site, NOON + hours(2))
    assert site.messages[-1] == (2, 3, MessageKind.REACHES_NOBODY)


def test_an_alert_is_not_unreachable_while_a_told_recipient_can_be_reminded(
    site: Site,
) -> None:
    site.evaluate()
    escalated(site, NOON + hours(1))
    refuse(site, [2])
    set_alert(site, next_step_at=NOON + hours(2))
    escalated(site, NOON + hours(2))
    assert site.messages == [(0, 1, "step"), (1, 2, "step")]
    site.evaluate(NOON + hours(26))
    assert site.messages[2:] == [(0, 1, "reminder")]


def refuse(site: Site, message_ids: list[int]) -> None:
    with site.database.write() as conn:
        conn.execute(update(outbox).where(outbox.c.id.in_(message_ids)).values(state="failed"))


def test_a_mentor_is_told_in_words_that_name_the_client_by_alias_alone(site: Site) -> None:
    site.routing = routing(*MENTOR_FIRST, severities=NOT_URGENT)
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(1, 4, alias="Robin")
    site.evaluate()
    assert site.messages == [(0, 4, "step")]
    assert site.rows(outbox)[0].body.startswith(
        "Handrail: please reach out to Robin when you can. Reply 1 A"
    )


def test_a_mentor_without_a_valid_consent_is_passed_over(site: Site) -> None:
    site.routing = routing(*MENTOR_FIRST, severities=NOT_URGENT)
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(1, 4, revoked_at=NOON - 1)
    site.evaluate()
    assert site.messages == [(1, 1, "step")]


def test_where_nobody_is_to_be_told_the_admins_hear_nothing_then_or_later(site: Site) -> None:
    site.routing = routing({"to": "mentor", "else": "nobody"}, severities=NOT_URGENT)
    site.evaluate()
    assert ("tells nobody", "alert 1") in site.audited
    escalated(site, NOON + hours(2))
    site.evaluate(NOON + hours(26))
    assert site.messages == []
    with site.database.read() as conn:
        assert adrift(conn) == []


def test_where_there_is_a_mentor_a_policy_that_ends_in_nobody_tells_them_alone(
    site: Site,
) -> None:
    site.routing = routing({"to": "mentor", "else": "nobody"}, severities=NOT_URGENT)
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(1, 4, alias="Robin")
    site.evaluate()
    assert site.messages == [(0, 4, "step")]


def test_where_the_mentor_who_was_told_is_gone_nobody_is_told_and_no_step_is_taken_again(
    site: Site,
) -> None:
    site.routing = routing({"to": "mentor", "else": "nobody"}, severities=NOT_URGENT)
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(1, 4, alias="Robin")
    site.evaluate()
    deactivate(site, 4)
    site.evaluate(NOON + hours(1))
    site.evaluate(NOON + hours(2))
    assert site.messages == [(0, 4, "step")]
    assert ("tells nobody", "alert 1") not in site.audited


def test_two_daemons_never_take_the_same_step(postgres_database: Database) -> None:
    site = Site(postgres_database).with_people()
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    with postgres_database.write() as one:
        assert len(with_due_step(one, NOON + hours(1), 10)) == 1
        assert escalated(site, NOON + hours(1)) == 0


def test_an_admin_hears_of_an_alert_that_stopped_at_a_mentors_step_and_needs_no_consent(
    site: Site,
) -> None:
    steps = [{"to": "case_manager"}, {"after": "1 hour", "to": "mentor"}]
    site.routing = routing(*steps, severities=NOT_URGENT)
    site.evaluate()
    refuse(site, [1])
    escalated(site, NOON + hours(1))
    assert site.messages[-1] == (1, 3, MessageKind.REACHES_NOBODY)
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + hours(1), "test"):
        pass
    assert "+15550100003" in [message.to for message in carrier.asked]


def test_an_alert_whose_step_cannot_be_taken_keeps_no_other_from_its_own(site: Site) -> None:
    site.caseload.client(2)
    site.assign(2, 1)
    site.missed(NOON - hours(25), 2)
    site.missed(NOON - hours(1), 2)
    site.evaluate()
    with site.database.write() as conn:
        conn.execute(
            update(alerts)
            .where(alerts.c.id == 1)
            .values(policy="of another version", next_step_at=NOON)
        )
    assert escalated(site, NOON + hours(1)) == 1
    assert [row.alert_id for row in site.rows(outbox) if row.step == 1] == [2]
    assert site.alerts[0].next_step_at == NOON  # so that the audit finds it
