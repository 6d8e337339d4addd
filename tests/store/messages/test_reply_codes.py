"""The codes by which replies name alerts.

They rise for each recipient, and rest until no reply can mean the old alert.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.messages import reply_codes
from engine.store.messages.reply_codes import LAST_SHORT, NOT_REUSED_US, CodedAlert
from engine.store.tables.alerts import alerts
from engine.store.tables.people import staff as people
from tests.kit.rows import NOW, add_alert, add_staff, change


def test_codes_rise_from_one_for_each_recipient_and_stay_with_their_alert(
    database: Database,
) -> None:
    with database.write() as conn:
        first, second, one, other = (
            add_alert(conn),
            add_alert(conn),
            add_staff(conn),
            add_staff(conn),
        )
        assert [reply_codes.give(conn, one, alert, NOW) for alert in (first, second, first)] == [
            1,
            2,
            1,
        ]
        assert reply_codes.give(conn, other, second, NOW) == 1
        assert named(conn, [one], 2) == second
        assert named(conn, [other], 1) == second
        assert named(conn, [other], 2) is None


def test_a_code_is_not_given_again_though_its_alert_is_resolved(database: Database) -> None:
    with database.write() as conn:
        staff, first = add_staff(conn), add_alert(conn)
        reply_codes.give(conn, staff, first, NOW)
        change(conn, alerts, first, state="resolved")
        assert reply_codes.give(conn, staff, add_alert(conn), NOW + DAY_US) == 2


def named(conn: Connection, staff_ids: list[int], code: int) -> int | None:
    return {each.code: each.alert_id for each in known(conn, staff_ids)}.get(code)


def known(conn: Connection, staff_ids: list[int], now: int = NOW) -> list[CodedAlert]:
    phone = conn.scalar(select(people.c.phone).where(people.c.id == staff_ids[0]))
    return reply_codes.known(conn, str(phone), staff_ids, now)


def given_up_to(conn: object, staff: int, alert: int, code: int, at: int = NOW) -> None:
    conn.execute(  # type: ignore[attr-defined]
        insert(reply_codes.reply_codes).values(
            staff_id=staff, alert_id=alert, phone="", code=code, told_at=at
        )
    )


def test_after_the_last_short_code_they_begin_again_once_thirty_days_have_passed(
    database: Database,
) -> None:
    with database.write() as conn:
        staff, first, last = add_staff(conn), add_alert(conn, state="resolved"), add_alert(conn)
        given_up_to(conn, staff, first, 1)
        given_up_to(conn, staff, last, LAST_SHORT, NOW + 1)
        assert (
            reply_codes.give(conn, staff, add_alert(conn), NOW + NOT_REUSED_US - 1)
            == LAST_SHORT + 1
        )
        newest = add_alert(conn)
        assert reply_codes.give(conn, staff, newest, NOW + NOT_REUSED_US) == 1
        assert named(conn, [staff], 1) == newest


def test_no_code_is_the_number_of_an_emergency_line(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        staff = add_staff(conn)
        given_up_to(conn, staff, add_alert(conn), 987)
        assert [reply_codes.give(conn, staff, add_alert(conn), NOW + 1 + n) for n in range(2)] == [
            989,
            990,
        ]


def test_the_code_of_an_unresolved_alert_is_not_given_again_however_old(database: Database) -> None:
    with database.write() as conn:
        staff, first, last = add_staff(conn), add_alert(conn, state="acknowledged"), add_alert(conn)
        given_up_to(conn, staff, first, 1)
        given_up_to(conn, staff, last, LAST_SHORT)
        assert (
            reply_codes.give(conn, staff, add_alert(conn), NOW + 2 * NOT_REUSED_US)
            == LAST_SHORT + 1
        )


def test_an_alert_told_of_again_after_its_code_may_have_gone_elsewhere_gets_a_new_one(
    database: Database,
) -> None:
    with database.write() as conn:
        staff, first = add_staff(conn), add_alert(conn, state="resolved")
        reply_codes.give(conn, staff, first, NOW)
        assert reply_codes.give(conn, staff, first, NOW + NOT_REUSED_US) == 2


def test_recipients_who_share_a_number_share_the_codes(database: Database) -> None:
    with database.write() as conn:
        one, other = add_staff(conn, phone="+15550100"), add_staff(conn, phone="+15550100")
        first, second = add_alert(conn), add_alert(conn)
        assert reply_codes.give(conn, one, first, NOW) == 1
        assert reply_codes.give(conn, other, second, NOW) == 2
        assert [(each.code, each.alert_id) for each in known(conn, [one, other])] == [
            (1, first),
            (2, second),
        ]


def test_a_resolved_alert_is_known_by_its_code_until_the_code_may_be_given_again(
    database: Database,
) -> None:
    with database.write() as conn:
        me, other = add_staff(conn), add_staff(conn)
        for values in ({"state": "resolved"}, {"state": "acknowledged", "owner_id": other}, {}):
            reply_codes.give(conn, me, add_alert(conn, **values), NOW)
        assert [(each.code, each.state, each.owner_id) for each in known(conn, [me])] == [
            (1, "resolved", None),
            (2, "acknowledged", other),
            (3, "open", None),
        ]
        later = known(conn, [me], NOW + NOT_REUSED_US)
        assert [each.code for each in later] == [2, 3]


def move_number(conn: Connection, source: int, target: int, number: str) -> None:
    """Give a number to another person."""
    change(conn, people, source, phone=None)
    change(conn, people, target, phone=number)


def test_a_number_that_moved_to_another_person_means_nothing_by_its_old_codes(
    database: Database,
) -> None:
    with database.write() as conn:
        former, owner = add_staff(conn, phone="+15550100"), add_staff(conn, phone=None)
        old, new = add_alert(conn), add_alert(conn)
        assert reply_codes.give(conn, former, old, NOW) == 1
        move_number(conn, former, owner, "+15550100")
        assert reply_codes.give(conn, owner, new, NOW) == 2
        assert [(each.code, each.alert_id) for each in known(conn, [owner])] == [(2, new)]


def test_the_same_alert_has_a_new_code_for_the_next_owner_of_a_number(database: Database) -> None:
    with database.write() as conn:
        former, owner = add_staff(conn, phone="+15550100"), add_staff(conn, phone=None)
        alert = add_alert(conn)
        reply_codes.give(conn, former, alert, NOW)
        move_number(conn, former, owner, "+15550100")
        assert reply_codes.give(conn, owner, alert, NOW) == 2
        assert named(conn, [owner], 1) is None


def test_codes_follow_a_person_to_a_new_number_unless_it_uses_them(database: Database) -> None:
    with database.write() as conn:
        me, other = add_staff(conn, phone="+15550100"), add_staff(conn, phone="+15550101")
        mine, second, theirs = add_alert(conn), add_alert(conn), add_alert(conn)
        reply_codes.give(conn, me, mine, NOW)
        reply_codes.give(conn, me, second, NOW)
        reply_codes.give(conn, other, theirs, NOW)
        move_number(conn, other, me, "+15550101")
        assert [(each.code, each.alert_id) for each in known(conn, [me])] == [(2, second)]
        assert reply_codes.give(conn, me, second, NOW) == 2
        assert reply_codes.give(conn, me, mine, NOW) == 3
