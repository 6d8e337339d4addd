"""While a client or a rule is muted alerts open and notify nobody; at the end they are told."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.errors import UserError
from engine.flows.escalation import mutes, reminders
from engine.flows.operations import why
from engine.model.event_kinds import BUILT_IN
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.people import staff
from tests.kit.phones import CASE_MANAGER, CLIENT, SUPERVISOR, Phones
from tests.kit.times import DAY, MINUTE, hours

RULE = "two-missed"


def mute(
    phones: Phones,
    subject: str = "C-1",
    until: int = hours(6),
    why: str = "ward",
    by: str | None = None,
) -> None:
    with phones.site.database.write() as conn:
        rules = phones.site.rules.rules
        mutes.mute(conn, subject, phones.now + until, why, by, rules, phones.now)


def unmute(phones: Phones, subject: str = "C-1") -> None:
    with phones.site.database.write() as conn:
        mutes.unmute(conn, subject, phones.site.rules.rules, phones.now)


@pytest.mark.parametrize("subject", ["C-1", RULE])
def test_an_alert_of_a_muted_client_or_rule_opens_and_is_told_at_the_end(
    database: Database, subject: str
) -> None:
    phones = Phones.of(database)
    mute(phones, subject)
    phones.miss(1)
    assert phones.states() == ["open"]
    assert phones.go_on(hours(5)) == []
    assert phones.told(hours(1)) == [CASE_MANAGER]
    assert phones.told(hours(1)) == [SUPERVISOR]


def test_other_clients_are_told_of_as_ever(database: Database) -> None:
    phones = Phones.of(database)
    mute(phones, "C-1")
    phones.miss(2)
    assert phones.told() == [CASE_MANAGER]


def test_what_is_open_already_climbs_no_further_until_the_end(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    mute(phones)
    assert phones.go_on(hours(5)) == []
    assert phones.told(hours(1)) == [SUPERVISOR]


def test_a_text_that_waits_is_held_back_and_its_step_comes_first_at_the_end(
    database: Database,
) -> None:
    phones = Phones.of(database, 1)
    mute(phones)
    assert phones.go_on() == []
    assert phones.go_on(hours(5)) == []
    assert phones.told(hours(1)) == [CASE_MANAGER]
    assert phones.told(hours(1)) == [SUPERVISOR]


def test_ending_a_mute_tells_what_waited(database: Database) -> None:
    phones = Phones.of(database)
    mute(phones)
    phones.miss(1)
    phones.now += hours(1)
    unmute(phones)
    assert phones.told() == [CASE_MANAGER]
    assert [what for what, _ in phones.site.audited if "muted" in what] == ["muted", "unmuted"]


def test_an_alert_that_resolved_meanwhile_is_never_told(database: Database) -> None:
    phones = Phones.of(database)
    mute(phones)
    phones.miss(1)
    with database.write() as conn:
        conn.execute(update(alerts).values(state="resolved", next_step_at=None))
    assert phones.go_on(hours(7)) == []


def test_an_urgent_alert_is_told_although_its_client_is_muted(database: Database) -> None:
    phones = Phones.of(database)
    mute(phones)
    phones.miss(1)
    with database.write() as conn:
        conn.execute(update(alerts).values(severity="urgent", next_step_at=phones.now))
    assert phones.told() == [CASE_MANAGER]


def test_a_muted_clients_own_text_reaches_a_person(database: Database) -> None:
    phones = Phones.of(database)
    phones.site.caseload.client(7, phone=CLIENT)
    phones.site.assign(7, 1)
    mute(phones, "C-7")
    phones.text(CLIENT, "hello")
    assert phones.told() == [CASE_MANAGER]


def test_reminders_of_a_muted_alert_come_at_the_end(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    phones.go_on(hours(1))
    mute(phones, until=3 * DAY)

    def reminded() -> list[str]:
        reminders.run(database, phones.site.rules.rules, "reason", phones.now)
        return phones.told()

    for _ in range(2):
        phones.now += DAY
        assert reminded() == []
    phones.now += DAY
    assert reminded() == [SUPERVISOR]


def test_an_ended_mute_leaves_no_reminder_in_the_far_future(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    phones.go_on(hours(1))
    mute(phones, until=20 * DAY)
    phones.now += 2 * DAY
    reminders.run(database, phones.site.rules.rules, "reason", phones.now)
    unmute(phones)
    phones.now += DAY
    reminders.run(database, phones.site.rules.rules, "reason", phones.now)
    assert phones.told() == [SUPERVISOR]


def test_a_departure_during_a_mute_is_followed_up_at_its_end(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    mute(phones)
    with database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(active=False))
    phones.site.evaluate(phones.now + MINUTE)
    assert phones.go_on(hours(5)) == []
    assert SUPERVISOR in phones.told(hours(1))


def test_why_says_until_when_and_for_what_reason(database: Database) -> None:
    phones = Phones.of(database, 1)
    mute(phones, why="known to be in hospital")
    with database.read() as conn:
        found = why.explain(conn, 1, BUILT_IN, phones.now)
        later = why.explain(conn, 1, BUILT_IN, phones.now + DAY)
    assert (found.muted_until is not None, found.muted_why) == (True, "known to be in hospital")
    assert later.muted_until is None


@pytest.mark.parametrize(
    ("subject", "until", "reason", "by", "said"),
    [
        ("C-1", -1, "ward", None, "--until is over already."),
        ("C-1", 31 * DAY, "ward", None, "A mute lasts 30 days at most."),
        ("C-1", DAY, " ", None, "--why needs a reason of at most 200 characters."),
        ("two-mised", DAY, "ward", None, "did you mean 'two-missed'?"),
        ("client_text", DAY, "ward", None, "Texts of clients are never muted"),
        ("C-1", DAY, "ward", "S-9", "There is nobody active among the staff called S-9."),
    ],
)
def test_a_mute_that_makes_no_sense_is_refused(
    database: Database, subject: str, until: int, reason: str, by: str | None, said: str
) -> None:
    phones = Phones.of(database)
    with pytest.raises(UserError) as error:
        mute(phones, subject, until, reason, by)
    assert said in str(error.value)


def test_what_is_not_muted_cannot_be_unmuted(database: Database) -> None:
    phones = Phones.of(database)
    with pytest.raises(UserError, match="C-1 is not muted"):
        unmute(phones)
