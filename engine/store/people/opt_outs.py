"""Numbers that said STOP."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from engine.model.instant import Instant
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.people import opt_outs

_NUMBERS = prepared(select(opt_outs.c.phone))
_NUMBER = prepared(_NUMBERS.where(opt_outs.c.phone == bindparam("number")))


def add(conn: Connection, phone: str, now: Instant) -> bool:
    """Send nothing to this number from now on; False if it had opted out already."""
    added = (
        insert_of(conn.dialect.name, opt_outs).values(phone=phone, at=now).on_conflict_do_nothing()
    )
    return conn.scalar(added.returning(opt_outs.c.phone)) is not None


def remove(conn: Connection, phone: str) -> bool:
    """Send to this number again; False if it had not opted out."""
    return conn.execute(delete(opt_outs).where(opt_outs.c.phone == phone)).rowcount == 1


def numbers(conn: Connection) -> frozenset[str]:
    """Return all numbers that said STOP."""
    return frozenset(conn.scalars(_NUMBERS))


def holds(conn: Connection, phone: str | None) -> bool:
    """Return whether the number said STOP."""
    return conn.scalar(_NUMBER, {"number": phone}) is not None
