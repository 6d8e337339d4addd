"""Who is away: absences of staff and their stand-ins, entered and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from engine.access.abilities import Ability, Access, may
from engine.errors import UserError
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations import on_call
from engine.model.absence_page import AbsencePage, AbsenceShown
from engine.model.instant import LAST_US, from_us
from engine.model.written_instant import read_instant
from engine.store.people import absences, staff

FIELDS = ("staff", "began", "ended", "stand_in")


def open_page(
    desk: Desk, who: SignedIn, typed: Mapping[str, str] | None = None, mistake: str = ""
) -> AbsencePage | Access:
    """Return present and coming absences, with the form as it was typed; or why not."""
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    zone = ZoneInfo(desk.settings.timezone)
    with desk.database.read() as conn:
        people = staff.everybody(conn)
        found = tuple(
            AbsenceShown(
                one.id,
                people[one.staff_id].shown,
                from_us(one.began).astimezone(zone),
                from_us(one.ended).astimezone(zone),
                people[one.stand_in_id].shown if one.stand_in_id else None,
            )
            for one in absences.lasting(conn, desk.now(), LAST_US)
        )
    return AbsencePage(found, {name: (typed or {}).get(name, "") for name in FIELDS}, mistake)


def add(desk: Desk, who: SignedIn, typed: Mapping[str, str]) -> AbsencePage | Access | int:
    """Record an absence.

    Returns:
        Its id; the page with the mistake if there is one; or why the account must not.
    """
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    zone, now = desk.settings.timezone, desk.now()
    try:
        began = read_instant(typed["began"], zone) if typed.get("began") else now
        ended = read_instant(typed.get("ended", ""), zone)
        with desk.database.write() as conn:
            ref, other = typed.get("staff", "").strip(), typed.get("stand_in", "").strip()
            return on_call.be_absent(conn, ref, began, ended, other or None, now, who.actor)
    except UserError as error:
        return open_page(desk, who, typed, str(error))


def remove(desk: Desk, who: SignedIn, absence_id: int) -> bool | Access | None:
    """Take an absence back; None if there is none of this id."""
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    with desk.database.write() as conn:
        try:
            on_call.remove_absence(conn, absence_id, desk.now(), who.actor)
        except UserError:
            return None
    return True
