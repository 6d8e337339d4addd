"""Stories of a mentor, who is told only under a consent, and of the record it leaves."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.messaging import answers
from engine.model.audit_action import AuditAction
from engine.store.database.connection import Database
from engine.store.people import disclosures
from engine.store.people.disclosures import Disclosure
from engine.store.tables.people import consents, staff
from tests.kit.phones import CASE_MANAGER, Phones, named
from tests.kit.site import Site, routing
from tests.kit.times import MINUTE, NOON, hours

MENTOR = "+15550100004"
ASKED = (
    "Handrail: please reach out to Robin when you can. Reply 1 A to take it, 1 P to pass on, "
    "1 D when done."
)


@pytest.fixture
def phones(database: Database) -> Phones:
    """C-1 has missed two check-ins; the mentor 4 is asked first, an hour later the case manager."""
    site = Site(database).with_people()
    steps = [{"to": "mentor"}, {"after": "1 hour", "to": "case_manager"}]
    site.routing = routing(*steps, severities=("high", "medium", "low"))
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(
        1, 4, alias="Robin", scope="missed check-ins", expires_at=NOON + hours(24 * 90)
    )
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    return Phones(site)


def told(phones: Phones) -> list[Disclosure]:
    with phones.site.database.read() as conn:
        return disclosures.listed(conn, "C-1", 0)


def test_the_mentors_consent_is_revoked_between_alert_and_send(phones: Phones) -> None:
    # 12:00  The mentor has quiet hours until a quarter to one, so that what she is to be asked
    # waits.
    with phones.site.database.write() as conn:
        conn.execute(
            update(staff).where(staff.c.id == 4).values(quiet_from="11:00", quiet_to="12:45")
        )
    phones.site.evaluate()
    assert phones.go_on() == []
    # 12:30  The client takes the consent back.
    phones.now += 30 * MINUTE
    with phones.site.database.write() as conn:
        conn.execute(update(consents).values(revoked_at=phones.now))
    # 12:45  She is asked nothing. Nobody waits for one o'clock, either: the case manager is asked
    # now.
    phones.now += 15 * MINUTE
    phones.go_on()
    ((number, words),) = phones.go_on()
    assert number == CASE_MANAGER
    assert "C-1 needs you" in words
    # And nothing was disclosed.
    assert told(phones) == []
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))


def test_all_that_a_mentor_was_told_can_be_accounted_for_years_later(phones: Phones) -> None:
    # 12:00  She is asked to reach out; 12:05 she asks again what it was about, and takes it.
    phones.site.evaluate()
    assert phones.go_on() == [(MENTOR, ASKED)]
    phones.now += 5 * MINUTE
    assert "1 (Robin) since" in (phones.text(MENTOR, "1?") or "")
    assert phones.text(MENTOR, "a") == answers.yours(named(1, "Robin"))
    # 12:10  The consent is corrected, and past disclosures keep naming the earlier one.
    with phones.site.database.write() as conn:
        conn.execute(
            update(consents).values(scope="nothing", purpose="none", expires_at=phones.now)
        )
    listed = told(phones)
    assert [(one.at, one.told, one.state) for one in listed] == [
        (NOON, "request to call", "accepted"),
        (NOON + 5 * MINUTE, "answer", "answered"),
        (NOON + 5 * MINUTE, "answer", "answered"),
    ]
    assert {(one.staff_ref, one.scope, one.purpose, one.expires_at) for one in listed} == {
        ("S-4", "missed check-ins", "support", NOON + hours(24 * 90))
    }
    assert [one.message_id for one in listed] == [1, None, None]
    # Three years later all of it is still there.
    assert [action for action, _ in phones.site.audited].count(AuditAction.DISCLOSED) == 3
