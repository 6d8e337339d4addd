"""Who is away: absences of staff and their stand-ins, entered and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.errors import UserError
from engine.flows.console import absence_effects, viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations import on_call
from engine.model.absence_page import AbsencePage, AbsenceShown
from engine.model.instant import LAST_US, Instant, from_us
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
    shown = {name: (typed or {}).get(name, "") for name in FIELDS}
    return AbsencePage(found, shown, mistake, desk.settings.timezone, desk.now())


def look_ahead(desk: Desk, who: SignedIn, typed: Mapping[str, str]) -> AbsencePage | Access:
    """Return the page with what an absence would move, before it is entered.

    Whose alerts stand there is written down as a view.
    """
    page = open_page(desk, who, typed)
    if not isinstance(page, AbsencePage):
        return page
    try:
        began, ended = _times(desk, typed)
        at = max(began, page.now)
        moved = absence_effects.moved_by(
            desk, lambda conn: _enter(conn, desk, who, typed, began, ended), at
        )
    except UserError as error:
        return open_page(desk, who, typed, str(error))
    if clients := {one.client_id for one in moved}:
        viewing.record(desk, who, "absences", "absences", page.now, clients=clients)
    return replace(page, at=at, moved=tuple(moved))


def add(desk: Desk, who: SignedIn, typed: Mapping[str, str]) -> AbsencePage | Access | int:
    """Record an absence.

    Returns:
        Its id; the page with the mistake if there is one; or why the account must not.
    """
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    try:
        began, ended = _times(desk, typed)
        with desk.database.write() as conn:
            return _enter(conn, desk, who, typed, began, ended)
    except UserError as error:
        return open_page(desk, who, typed, str(error))


def _times(desk: Desk, typed: Mapping[str, str]) -> tuple[Instant, Instant]:
    zone = desk.settings.timezone
    began = read_instant(typed["began"], zone) if typed.get("began") else desk.now()
    return began, read_instant(typed.get("ended", ""), zone)


def _enter(
    conn: Connection,
    desk: Desk,
    who: SignedIn,
    typed: Mapping[str, str],
    began: Instant,
    ended: Instant,
) -> int:
    ref, other = typed.get("staff", "").strip(), typed.get("stand_in", "").strip()
    return on_call.be_absent(conn, ref, began, ended, other or None, desk.now(), who.actor)


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
