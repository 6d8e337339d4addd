"""Stories of an alert that nobody answers.

It climbs through the night, or ends before anybody answers.
"""

from __future__ import annotations

from sqlalchemy import update

from engine.messaging import answers
from engine.model.instant import Instant
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from tests.kit.night import Night
from tests.kit.phones import named
from tests.kit.site import Site, routing, rulebook
from tests.kit.times import clock

CASE_MANAGER, SUPERVISOR, ON_CALL, ADMIN = 1, 2, 4, 3
CRAVING = "{latest: check_in.craving, not_older_than: 3 days, at_least: 8}"


def night_of(database: Database, rules: Rulebook, now: Instant) -> Night:
    """A site with one client; an alert climbs from case manager to supervisor to on-call."""
    site = Site(database, rules=rules)
    site.routing = routing(
        {"to": "case_manager"},
        {"after": "1 hour", "to": "supervisor"},
        {"after": "2 hours", "to": "on_call"},
    )
    site.caseload.client(1)
    site.caseload.staff(CASE_MANAGER, "case_manager", 1, quiet_from="22:00", quiet_to="07:00")
    site.caseload.staff(SUPERVISOR, "supervisor", quiet_from="23:00", quiet_to="06:00")
    site.caseload.staff(ADMIN, "admin")
    site.caseload.staff(ON_CALL, "on_call")
    return Night(site, now)


def test_nobody_answers_through_three_steps_and_two_quiet_hours(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING, remind="12 hours"), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    # 22:30  The case manager has quiet hours, so her phone stays still, and nobody else's buzzes.
    night.until(clock("06:30", 1))
    assert night.told == []
    # 07:00  She can read it now, and has her hour. The supervisor has his from 08:00 on.
    night.until(clock("09:30", 1))
    assert night.told == [
        (clock("07:00", 1), CASE_MANAGER),
        (clock("08:00", 1), SUPERVISOR),
        (clock("09:00", 1), ON_CALL),
    ]
    # 21:00  Twelve hours after the last step the recipient of that step is told again.
    night.until(clock("21:30", 1))
    assert night.told[3:] == [(clock("21:00", 1), ON_CALL)]
    assert {words.split(".")[0] for _, _, words in night.texts} == {
        "Handrail: C-1 needs you (missed check-ins)"
    }
    assert [row.state for row in night.site.alerts] == ["open"]
    # 21:30  The supervisor takes it, by the number that his text gave; the two others hear so.
    assert night.reply("1 a", SUPERVISOR) == answers.yours(named(1))
    night.until(clock("23:00", 1))
    assert sorted(night.texts[4:]) == [
        (clock("21:30", 1), CASE_MANAGER, answers.taken_by(named(1), "the supervisor")),
        (clock("21:30", 1), ON_CALL, answers.taken_by(named(1), "the supervisor")),
    ]


def test_an_urgent_one_wakes_everybody_in_turn(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING, severity="urgent"), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    night.until(clock("02:00", 1))
    assert night.told == [
        (clock("22:30"), CASE_MANAGER), (clock("23:30"), SUPERVISOR), (clock("00:30", 1), ON_CALL),
        # Nobody has taken it, so the last of them is told again each hour.
        (clock("01:30", 1), ON_CALL),
    ]  # fmt: skip


def test_it_is_over_before_anybody_answers(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING), clock("14:00"))
    night.site.caseload.event(1, "check_in", clock("14:30"), status="completed", craving=9)
    # 14:30  The case manager is told.
    night.until(clock("15:00"))
    assert night.told == [(clock("14:30"), CASE_MANAGER)]
    # 15:10  The client checks in again, and it has passed. Nobody is asked any more, and no phone
    # buzzes to say so.
    night.site.caseload.event(1, "check_in", clock("15:10"), status="completed", craving=3)
    night.until(clock("18:00"))
    assert len(night.texts) == 1
    assert [(row.state, row.resolution) for row in night.site.alerts] == [("resolved", "cleared")]
    # 18:00  She answers late, and reads that it is closed.
    assert night.reply("1 a", CASE_MANAGER) == answers.already_closed(
        named(1), "15:30", "itself, because the reason is over"
    )
    night.until(clock("19:00"))
    assert len(night.texts) == 1


def test_it_is_over_before_the_quiet_hours_are(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    night.site.caseload.event(1, "check_in", clock("23:10"), status="completed", craving=2)
    night.until(clock("08:00", 1))
    assert night.texts == []


def test_corrected_data_are_told_to_everybody_who_was_told(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING), clock("12:00"))
    night.site.caseload.event(1, "check_in", clock("12:30"), status="completed", craving=9)
    night.until(clock("13:30"))
    assert night.told == [(clock("12:30"), CASE_MANAGER), (clock("13:30"), SUPERVISOR)]
    # 13:30  It was a slip of the keyboard: 3, not 9.
    with night.site.database.write() as conn:
        conn.execute(update(events).values(fields='{"status":"completed","craving":3}'))
        due_clients.mark_dirty(conn, {1: clock("12:30")})
    night.until(clock("14:00"))
    assert sorted(night.texts[2:]) == [
        (clock("13:30"), CASE_MANAGER, answers.void(named(1))),
        (clock("14:00"), SUPERVISOR, answers.void(named(1))),
    ]
    # 14:10  She answers late, and reads why there is nothing to do.
    assert "by corrected data, because it was an error" in (night.reply("1 a", CASE_MANAGER) or "")


def test_the_person_who_took_it_hears_that_it_is_over(database: Database) -> None:
    night = night_of(database, rulebook(CRAVING), clock("12:00"))
    night.site.caseload.event(1, "check_in", clock("12:30"), status="completed", craving=9)
    night.until(clock("13:00"))
    night.reply("1 a", CASE_MANAGER)
    night.site.caseload.event(1, "check_in", clock("13:10"), status="completed", craving=3)
    night.until(clock("14:00"))
    assert night.texts[1:] == [(clock("13:30"), CASE_MANAGER, answers.cleared(named(1)))]
