"""Who is on call now and next, and taking the present shift over."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.calendar.on_call import WEEK_US, Shift, shifts
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.operations.on_call import override
from engine.model.console_pages import OnCallPage, OnCallRotation, OnCallShift
from engine.model.instant import Instant, from_us
from engine.model.notify_reason import NotifyReason
from engine.model.on_call import Rotation
from engine.store.people import on_call

_AHEAD_US = 4 * WEEK_US


def open_page(desk: Desk, who: SignedIn) -> OnCallPage | Access:
    """Return the shifts of the next four weeks; or why the account must not see them."""
    access = may(who.account.role, Ability.SEE_ON_CALL)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    with desk.database.read() as conn:
        rotations = tuple(_rotation(conn, one, who, now) for one in on_call.serving(conn))
    return OnCallPage(rotations, _may_take(who))


def take_over(desk: Desk, who: SignedIn, name: str) -> bool | Access | None:
    """Put the account's person on call until the present shift ends.

    Args:
        desk: The engine as pages see it.
        who: Who takes the shift.
        name: The rotation.

    Returns:
        Whether anything changed: not if the person is on call already. Or why the account must not;
        None if there is no such rotation, or no shift to take.
    """
    if who.staff is None or not _may_take(who):
        return Access.NOT_THEIR_ROLE
    now = desk.now()
    with desk.database.write() as conn:
        rotation = next((one for one in on_call.serving(conn) if one.name == name), None)
        if rotation is None:
            return None
        (present,) = shifts(rotation, on_call.overrides(conn, now), now, now + 1)
        if present.off_hours or present.staff is None:
            return None
        if present.staff == who.staff.ref:
            return False
        override(conn, name, who.staff.ref, now, present.ended, now, actor=who.actor)
    return True


def _may_take(who: SignedIn) -> bool:
    granted = may(who.account.role, Ability.TAKE_SHIFT) is Access.GRANTED
    return granted and who.staff is not None and who.staff.works_here


def _rotation(conn: Connection, rotation: Rotation, who: SignedIn, now: Instant) -> OnCallRotation:
    found = shifts(rotation, on_call.overrides(conn, now), now, now + _AHEAD_US)
    kept = [one for one in found if one.began <= now or not one.off_hours]
    return OnCallRotation(
        rotation.name, tuple(_shift(conn, rotation, one, who, now) for one in kept)
    )


def _shift(
    conn: Connection, rotation: Rotation, shift: Shift, who: SignedIn, now: Instant
) -> OnCallShift:
    reach = RecipientResolver(conn, max(now, shift.began))
    person = reach.with_ref(shift.staff) if shift.staff else None
    absent = person is not None and reach.decide(person).reason is NotifyReason.ABSENT
    stand_in = reach.stand_in(person.id) if person and absent else None
    zone = ZoneInfo(rotation.timezone or "UTC")
    return OnCallShift(
        person.shown if person else shift.staff,
        from_us(shift.began).astimezone(zone),
        from_us(shift.ended).astimezone(zone),
        mine=who.staff is not None and who.staff.ref == shift.staff,
        overridden=shift.override is not None,
        absent=absent,
        stand_in=stand_in.shown if stand_in else None,
    )
