"""Reply codes: the short numbers by which a recipient and the engine speak of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from engine.model.alert import AlertState
from engine.model.instant import DAY_US, Instant
from engine.store.database.locks import lock
from engine.store.database.upsert import put_row
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import reply_codes
from engine.store.tables.people import staff

# Beyond it codes begin anew at 1, where those are free again by then: short ones are typed right.
LAST_SHORT = 999
EMERGENCY = (911, 988)  # no code is the number of an emergency line
NOT_REUSED_US = 30 * DAY_US


_UNRESOLVED = select(alerts.c.id).where(
    alerts.c.id == reply_codes.c.alert_id, alerts.c.state != "resolved"
)
_TAKEN = or_(reply_codes.c.told_at > bindparam("since"), _UNRESOLVED.exists())
_PHONE = select(staff.c.phone).where(staff.c.id == bindparam("staff")).scalar_subquery()
_SHARING = select(staff.c.id).where(or_(staff.c.id == bindparam("staff"), staff.c.phone == _PHONE))
_THEIRS = select(reply_codes).where(reply_codes.c.staff_id.in_(_SHARING))
_NEWEST = _THEIRS.order_by(reply_codes.c.told_at.desc(), reply_codes.c.code.desc()).limit(1)
_ALL_TAKEN = _THEIRS.where(_TAKEN)


@dataclass(frozen=True, slots=True)
class Named:
    """A code, the alert that it names with its state and client, and to whom."""

    code: int
    alert_id: int
    staff_id: int
    state: AlertState
    client_id: int
    told_at: Instant


def give(conn: Connection, staff_id: int, alert_id: int, now: Instant) -> int:
    """The code by which a text of `now` to this recipient names the alert: the one they know, or the next.

    Codes rise, and none is given again within 30 days of its last text or while its alert is unresolved. Who share
    a number share the codes, for the number is all that a reply is known by.
    """
    lock(conn, "code")
    since = now - NOT_REUSED_US
    # An old code may have gone to another alert since, so only those that are taken count.
    taken = conn.execute(_ALL_TAKEN, {"staff": staff_id, "since": since}).all()
    known = (row.code for row in taken if (row.staff_id, row.alert_id) == (staff_id, alert_id))
    code = next(known, None) or _next(conn, staff_id, taken, since)
    put_row(
        conn,
        reply_codes,
        {"staff_id": staff_id, "alert_id": alert_id, "code": code, "told_at": now},
    )
    return code


def named(conn: Connection, staff_ids: Sequence[int], code: int) -> Named | None:
    """What a code means to these recipients: the last alert that one of them was told of by it."""
    newest = (
        _of(staff_ids)
        .where(reply_codes.c.code == code)
        .order_by(reply_codes.c.told_at.desc())
        .limit(1)
    )
    row = conn.execute(newest).first()
    return Named(*row) if row else None


def open_with(conn: Connection, staff_ids: Sequence[int]) -> list[Named]:
    """What these recipients were told of and can act on, nobody else having taken it; what was told first comes first.

    An alert of which two of them were told is there once.
    """
    theirs = or_(alerts.c.state != "acknowledged", alerts.c.owner_id.in_(staff_ids))
    wanted = _of(staff_ids).where(alerts.c.state != "resolved", theirs)
    found: dict[int, Named] = {}
    for row in conn.execute(wanted.order_by(reply_codes.c.told_at, reply_codes.c.code)):
        found.setdefault(row.alert_id, Named(*row))
    return list(found.values())


def _next(conn: Connection, staff_id: int, taken: Sequence[Row[Any]], since: Instant) -> int:
    newest = max(taken, key=lambda row: (row.told_at, row.code), default=None)
    if newest is None or newest.told_at <= since:
        newest = conn.execute(_NEWEST, {"staff": staff_id}).first()
    code = newest.code + 1 if newest and newest.code < LAST_SHORT else 1
    codes = {row.code for row in taken}
    code = code if code not in codes else max(codes) + 1
    return code + 1 if code in EMERGENCY else code


def _of(staff_ids: Sequence[int]) -> Select[Any]:
    columns = [
        reply_codes.c.code,
        reply_codes.c.alert_id,
        reply_codes.c.staff_id,
        alerts.c.state,
        alerts.c.client_id,
    ]
    columns.append(reply_codes.c.told_at)
    return select(*columns).join(alerts).where(reply_codes.c.staff_id.in_(staff_ids))
