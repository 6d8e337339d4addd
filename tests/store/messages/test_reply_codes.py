"""The codes by which replies name alerts: rising, each recipient's own, and not reused while anybody may mean them."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.messages import reply_codes
from engine.store.messages.reply_codes import LAST_SHORT, NOT_REUSED_US
from engine.store.tables.alerts import alerts
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
    found = {each.code: each.alert_id for each in reply_codes.known(conn, staff_ids, NOW)}
    return found.get(code)


def given_up_to(conn: object, staff: int, alert: int, code: int, at: int = NOW) -> None:
    conn.execute(  # type: ignore[attr-defined]
        insert(reply_codes.reply_codes).values(
            staff_id=staff, alert_id=alert, code=code, told_at=at
        )
    )


def test_after_the_last_short_code_they_begin_anew_where_thirty_days_have_passed(
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
        anew = add_alert(conn)
        assert reply_codes.give(conn, staff, anew, NOW + NOT_REUSED_US) == 1
        assert named(conn, [staff], 1) == anew


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
        assert [
            (each.code, each.alert_id) for each in reply_codes.known(conn, [one, other], NOW)
        ] == [
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
        known = reply_codes.known(conn, [me], NOW)
        assert [(each.code, each.state, each.owner_id) for each in known] == [
            (1, "resolved", None),
            (2, "acknowledged", other),
            (3, "open", None),
        ]
        later = reply_codes.known(conn, [me], NOW + NOT_REUSED_US)
        assert [each.code for each in later] == [2, 3]
