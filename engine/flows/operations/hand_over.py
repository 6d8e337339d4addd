"""Tell each person whose shift on call has begun, or their stand-in, once a shift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.calendar.on_call import Shift, shifts
from engine.flows.escalation.recipients import RecipientResolver
from engine.messaging import operator_texts
from engine.model.instant import DAY_US, Instant, from_us
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import Staff
from engine.store.alerts import alerts
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.people import on_call

_WEEK_US = 7 * DAY_US


def run(database: Database, now: Instant) -> int:
    """Tell the people whose shift has begun and who have not heard of it.

    Args:
        database: The database.
        now: The present instant.

    Returns:
        How many people are told.
    """
    with database.read() as conn:
        if not list(_new(conn, now)):
            return 0
    with database.write() as conn:
        new = list(_new(conn, now))
        for shift, one in new:
            body = operator_texts.on_call(_until(shift, one, now), alerts.count_open(conn))
            kind, ends = MessageKind.ON_CALL, shift.ended
            message = NewMessage(None, 0, one.id, kind, body, now, now, ends, sequence=shift.began)
            outbox.enqueue(conn, message)
    return len(new)


def _new(conn: Connection, now: Instant) -> Iterator[tuple[Shift, Staff]]:
    rotations = on_call.serving(conn)
    overrides = on_call.overrides(conn, now) if rotations else []
    reach = RecipientResolver(conn, now)
    for rotation in rotations:
        (shift,) = shifts(rotation, overrides, now, now + 1)
        one = reach.with_ref(shift.staff) if shift.staff else None
        if one is not None and (absence := reach.absent.get(one.id)):
            one = reach.stand_in(one.id)
            shift = replace(shift, ended=min(shift.ended, absence.ended))
        if one is None or not reach.decide(one).allowed:
            continue
        if not outbox.is_enqueued(conn, one.id, MessageKind.ON_CALL, shift.began):
            yield shift, one


def _until(shift: Shift, one: Staff, now: Instant) -> str:
    local = from_us(shift.ended).astimezone(ZoneInfo(one.timezone))
    return local.strftime("%A %H:%M" if shift.ended - now <= _WEEK_US else "%A %d %b %H:%M")
