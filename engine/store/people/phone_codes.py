"""Unconfirmed numbers, the codes that confirm them, and how often they were asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from engine.model.instant import Instant
from engine.model.staff import Staff
from engine.store.database.upsert import insert_of
from engine.store.people.staff import read
from engine.store.tables.people import opt_outs, phone_codes, staff

_OF_NUMBER = and_(phone_codes.c.staff_id == staff.c.id, phone_codes.c.phone == staff.c.phone)
_OPTED_OUT = exists().where(opt_outs.c.phone == staff.c.phone)
_UNCONFIRMED = (
    select(
        staff,
        phone_codes.c.code,
        phone_codes.c.asked,
        phone_codes.c.asked_at,
        phone_codes.c.denied_at,
        _OPTED_OUT.label("opted_out"),
    )
    .outerjoin(phone_codes, _OF_NUMBER)
    .where(staff.c.active, staff.c.phone.is_not(None))
    .where(or_(staff.c.confirmed_phone.is_(None), staff.c.confirmed_phone != staff.c.phone))
    .order_by(staff.c.id)
)


@dataclass(frozen=True, slots=True)
class UnconfirmedPhone:
    """A number that nobody has confirmed, and how often and when it was asked last."""

    staff: Staff
    phone: str
    code: str | None  # None until it is asked
    asked: int
    asked_at: Instant
    denied: bool  # it said that it is another person's
    opted_out: bool  # it said STOP


def unconfirmed(conn: Connection, phone: str | None = None) -> list[UnconfirmedPhone]:
    """Read the numbers of active staff and mentors that nobody has confirmed.

    Args:
        conn: The connection to read from.
        phone: Only those who have this number.

    Returns:
        In the order of staff ids.
    """
    wanted = _UNCONFIRMED if phone is None else _UNCONFIRMED.where(staff.c.phone == phone)
    return [
        UnconfirmedPhone(
            read(row),
            row.phone,
            row.code,
            row.asked or 0,
            row.asked_at or 0,
            row.denied_at is not None,
            row.opted_out,
        )
        for row in conn.execute(wanted)
    ]


def note_asked(conn: Connection, one: UnconfirmedPhone, code: str, now: Instant) -> None:
    """Write down that a number is asked, by which code."""
    key = {"staff_id": one.staff.id, "phone": one.phone}
    said = {"code": code, "asked": one.asked + 1, "asked_at": now, "denied_at": None}
    statement = insert_of(conn.dialect.name, phone_codes).values(**key, **said)
    conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=said))


def confirm(conn: Connection, one: Staff) -> None:
    """Write down that the number which a person has now is theirs."""
    conn.execute(update(staff).where(staff.c.id == one.id).values(confirmed_phone=one.phone))
    conn.execute(delete(phone_codes).where(phone_codes.c.staff_id == one.id))


def deny(conn: Connection, one: UnconfirmedPhone, now: Instant) -> None:
    """Write down that a number says it is not that of the person."""
    theirs = and_(phone_codes.c.staff_id == one.staff.id, phone_codes.c.phone == one.phone)
    conn.execute(update(phone_codes).where(theirs).values(denied_at=now))
