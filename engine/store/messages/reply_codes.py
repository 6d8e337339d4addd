"""Reply codes: the short numbers that stand for an alert in texts to a recipient."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from engine.model.alert import AlertState
from engine.model.instant import DAY_US, Instant
from engine.model.rule import Severity
from engine.store.database.locks import lock
from engine.store.database.prepared import prepared
from engine.store.database.upsert import put_row
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import reply_codes
from engine.store.tables.people import clients, staff

# Beyond it codes begin again at 1, if those are free by then: people type short ones right.
LAST_SHORT = 999
EMERGENCY = (911, 988)  # no code is the number of an emergency line
NOT_REUSED_US = 30 * DAY_US
# In place of the number of a code that is only skipped, after a restore.
_TOLD_TO_NOBODY = "skipped"
# More codes than a recipient gets between two backups.
_SKIPPED = 200


_UNRESOLVED = select(alerts.c.id).where(
    alerts.c.id == reply_codes.c.alert_id, alerts.c.state != "resolved"
)
_TAKEN = or_(reply_codes.c.told_at > bindparam("since"), _UNRESOLVED.exists())
_PHONE = select(staff.c.phone).where(staff.c.id == bindparam("staff")).scalar_subquery()
_SHARING = select(staff.c.id).where(or_(staff.c.id == bindparam("staff"), staff.c.phone == _PHONE))
# Codes told to the number count too, even to an earlier owner.
_THEIRS = select(reply_codes).where(
    or_(reply_codes.c.staff_id.in_(_SHARING), reply_codes.c.phone == _PHONE)
)
_NEWEST = prepared(
    _THEIRS.order_by(reply_codes.c.told_at.desc(), reply_codes.c.code.desc()).limit(1)
)
_later = reply_codes.alias()
_LATEST = select(func.max(_later.c.told_at)).where(_later.c.staff_id == reply_codes.c.staff_id)
_NEWEST_OF_EACH = (
    select(reply_codes.c.staff_id, reply_codes.c.alert_id, reply_codes.c.code)
    .where(reply_codes.c.told_at == _LATEST.scalar_subquery())
    .order_by(reply_codes.c.code)
)
# The person's number comes with them, and alone if no code is taken.
_ALL_TAKEN = prepared(
    select(staff.c.phone.label("number"), reply_codes)
    .select_from(staff)
    .outerjoin(
        reply_codes,
        and_(or_(reply_codes.c.staff_id.in_(_SHARING), reply_codes.c.phone == _PHONE), _TAKEN),
    )
    .where(staff.c.id == bindparam("staff"))
)
# The alert that a code named last comes last and therefore counts.
_KNOWN = prepared(
    select(
        reply_codes.c.code,
        reply_codes.c.alert_id,
        reply_codes.c.staff_id,
        reply_codes.c.told_at,
        alerts.c.state,
        alerts.c.severity,
        alerts.c.client_id,
        clients.c.ref,
        alerts.c.owner_id,
        reply_codes.c.phone,
    )
    .join(alerts, alerts.c.id == reply_codes.c.alert_id)
    .join(clients, clients.c.id == alerts.c.client_id)
    .where(
        or_(
            reply_codes.c.staff_id.in_(bindparam("ids", expanding=True)),
            reply_codes.c.phone == bindparam("phone"),
        )
    )
    .where(or_(reply_codes.c.told_at > bindparam("since"), alerts.c.state != "resolved"))
    .where(reply_codes.c.phone != _TOLD_TO_NOBODY)
    .order_by(reply_codes.c.told_at, reply_codes.c.staff_id)
)


@dataclass(frozen=True, slots=True)
class CodedAlert:
    """An alert that a recipient was told of, and the code by which they know it."""

    code: int
    alert_id: int
    staff_id: int
    told_at: Instant
    state: AlertState
    severity: Severity
    client_id: int
    client_ref: str
    owner_id: int | None
    phone: str


def give(conn: Connection, staff_id: int, alert_id: int, now: Instant) -> int:
    """Return the code for an alert in a text to this recipient: the known one, or the next.

    Codes rise, and none is given again within 30 days of its last text or while its alert is
    unresolved. People who share a number share the codes, because a reply is known by its number
    alone.
    """
    lock(conn, "code")
    since = now - NOT_REUSED_US
    # An old code may have gone to another alert since, so only codes in use count.
    rows = conn.execute(_ALL_TAKEN, {"staff": staff_id, "since": since}).all()
    phone = rows[0].number or ""
    taken = [row for row in rows if row.code is not None]
    code = _own(taken, staff_id, alert_id, phone) or _next(conn, staff_id, taken, since)
    row = {"staff_id": staff_id, "alert_id": alert_id, "phone": phone, "code": code, "told_at": now}
    put_row(conn, reply_codes, row)
    return code


def skip(conn: Connection, now: Instant) -> None:
    """Let each recipient's next code be one that no text since a backup can have named."""
    newest = conn.execute(_NEWEST_OF_EACH).all()
    for row in {one.staff_id: one for one in newest}.values():
        code = (row.code + _SKIPPED - 1) % LAST_SHORT + 1
        told = {"phone": _TOLD_TO_NOBODY, "code": code, "told_at": now}
        put_row(conn, reply_codes, {"staff_id": row.staff_id, "alert_id": row.alert_id, **told})


def _own(taken: Sequence[Row[Any]], staff_id: int, alert_id: int, phone: str) -> int | None:
    """Return the code by which a person knows an alert, if it has one meaning on their number."""
    theirs = [
        row
        for row in taken
        if (row.staff_id, row.alert_id) == (staff_id, alert_id) and row.phone != _TOLD_TO_NOBODY
    ]
    theirs.sort(key=lambda row: (row.phone == phone, row.told_at), reverse=True)
    others = {row.code for row in taken if row.phone == phone and row not in theirs}
    return next((row.code for row in theirs if row.phone == phone or row.code not in others), None)


def known(
    conn: Connection, phone: str, staff_ids: Collection[int], now: Instant
) -> list[CodedAlert]:
    """Return the alerts that the people of a number can name by a code.

    A code belongs to the number that it was sent to, so that codes of a number's earlier owner act
    on nothing. A person who has a new number keeps a code that it does not use.

    Args:
        conn: The connection to read from.
        phone: The number.
        staff_ids: The staff and mentors who have it now.
        now: The present instant.

    Returns:
        Each code once, with the alert that it named last, ascending. A resolved alert is included
        while its code cannot be given again.
    """
    given = {"ids": list(staff_ids), "phone": phone, "since": now - NOT_REUSED_US}
    told: Any = conn.execute(_KNOWN, given)
    rows = [CodedAlert(*row) for row in told]
    here = {one.code for one in rows if one.phone == phone}
    found: dict[int, CodedAlert] = {}
    for one in rows:
        if one.staff_id in staff_ids and (one.phone == phone or one.code not in here):
            found[one.code] = one
    return [found[code] for code in sorted(found)]


def _next(conn: Connection, staff_id: int, taken: Sequence[Row[Any]], since: Instant) -> int:
    newest = max(taken, key=lambda row: (row.told_at, row.code), default=None)
    if newest is None or newest.told_at <= since:
        newest = conn.execute(_NEWEST, {"staff": staff_id}).first()
    code = newest.code + 1 if newest and newest.code < LAST_SHORT else 1
    codes = {row.code for row in taken}
    code = code if code not in codes else max(codes) + 1
    return code + 1 if code in EMERGENCY else code
