"""The roster by hand: rows of forms pass the rules of rows of files, except those a file holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.intake.by_hand import RowRefusedError, take_row
from engine.model.client import Client
from engine.model.instant import SECOND_US, Instant, from_us, to_us
from engine.model.intake import DatedValue, RosterKind, RosterRow
from engine.model.local_time import Zones, zone_at
from engine.model.roster_form import FIELDS, RosterEntry, RosterPage
from engine.model.roster_values import REQUIRED, read_roster_value
from engine.model.staff import Assignment, Consent, Staff
from engine.store.intake import histories, list_rows
from engine.store.people import roster, staff

_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%dT%H:%M"


def open_page(
    desk: Desk, who: SignedIn, kind: RosterKind, client: str, change: str = ""
) -> RosterPage | Access | None:
    """Return a form with the rows beside it; a view of a client is written down.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        kind: The part of the roster.
        client: The client whose rows are listed; empty for none.
        change: The key of the row that the form changes; empty for a new one.

    Returns:
        The page, or why the account must not see it; None if there is no such client.
    """
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    with desk.database.read() as conn:
        found = roster.find_clients(conn, [client]).get(client) if client else None
        if client and found is None:
            return None
        rows = _rows(conn, kind, found.id if found else None, now)
    if found is not None:
        viewing.record(desk, who, f"roster, {kind}", f"client {found.id}", now)
    typed = {"client": client} if client and kind != "clients" else {}
    chosen = rows if kind == "clients" else [one for one in rows if one.key == change]
    typed = dict(chosen[0].typed) if chosen else typed
    return RosterPage(kind, client, rows, typed, {})


def save(
    desk: Desk, who: SignedIn, kind: RosterKind, typed: Mapping[str, str]
) -> RosterPage | Access | str:
    """Put a row of a form into the roster.

    Args:
        desk: The engine as pages see it.
        who: Who enters it.
        kind: The part of the roster.
        typed: What was typed, by the name of the field.

    Returns:
        The client whom the row is about, "" for the staff; the form with its mistakes if there are
        any, because nothing is kept then. Or why the account must not.
    """
    now = desk.now()
    access = may(who.account.role, Ability.EDIT_ROSTER)
    if access is not Access.GRANTED:
        return access
    kept = {one.name: typed.get(one.name, "").strip() for one in FIELDS[kind]}
    row, mistakes = _read(kind, kept, now)
    client = (kept.get("ref", "") if kind == "clients" else kept.get("client", ""))[:64]
    if row is not None:
        try:
            _store(desk, who, row, now)
        except RowRefusedError as refused:
            reason = str(refused)
            mistakes = {"": reason[0].upper() + reason[1:]}
        else:
            return client
    with desk.database.read() as conn:
        found = roster.find_clients(conn, [client]).get(client) if client else None
        rows = _rows(conn, kind, found.id, now) if found else _rows(conn, kind, None, now)
    return RosterPage(kind, client, rows, kept, mistakes)


def _store(desk: Desk, who: SignedIn, row: RosterRow, now: Instant) -> None:
    with desk.database.write() as conn:
        take_row(conn, desk.database, row, desk.settings.timezone, who.actor, now)
    desk.wake("evaluate")


def _read(
    kind: RosterKind, typed: Mapping[str, str], now: Instant
) -> tuple[RosterRow | None, dict[str, str]]:
    mistakes: dict[str, str] = {}
    values: dict[str, str | None] = {}
    moments: dict[str, DatedValue | None] = {}
    for one in FIELDS[kind]:
        text = typed[one.name]
        try:
            if one.is_moment:
                moments[one.name] = _moment(text) if text else None
            else:
                values[one.name] = read_roster_value(one.name, text) if text else None
        except ValueError as error:
            mistakes[one.name] = str(error)
        if not text and one.name in REQUIRED:
            mistakes[one.name] = "is empty"
    row = RosterRow(kind, now // SECOND_US, "", values, moments)
    return (None if mistakes else row), mistakes


def _moment(text: str) -> DatedValue:
    try:
        read = datetime.fromisoformat(text)
        return DatedValue(to_us(read.replace(tzinfo=UTC)), local=True)
    except (ValueError, OverflowError):
        raise ValueError(
            f"'{text}' is not a date; write one such as 2026-03-01 or 2026-03-01T08:00"
        ) from None


def _rows(
    conn: Connection, kind: RosterKind, client_id: int | None, now: Instant
) -> tuple[RosterEntry, ...]:
    if kind == "staff":
        people = sorted(staff.everybody(conn).values(), key=lambda one: (not one.active, one.ref))
        files = list_rows.files_of(conn, kind)
        return tuple(_staff_row(one, files.get(one.ref)) for one in people)
    if client_id is None:
        return ()
    (client,) = histories.read_clients(conn, [client_id])
    if kind == "clients":
        return (_client_row(conn, client, now),)
    refs = {one.id: one.ref for one in staff.everybody(conn).values()}
    if kind == "assignments":
        found = reversed(staff.assignments_of(conn, [client_id]))
        return tuple(_assignment_row(conn, client, one, refs, now) for one in found)
    given = reversed(staff.consents_of(conn, [client_id]))
    return tuple(_consent_row(conn, client, one, refs, now) for one in given)


def _file(conn: Connection, kind: RosterKind, *key: str) -> str | None:
    owner = list_rows.owner(conn, kind, "\x1f".join(key))
    return None if owner is None else owner[1]


def _staff_row(one: Staff, file: str | None) -> RosterEntry:
    typed = {
        "ref": one.ref,
        "role": one.role,
        "call_name": one.call_name or "",
        "phone": one.phone or "",
        "timezone": one.timezone,
        "quiet_from": f"{one.quiet_from:%H:%M}" if one.quiet_from else "",
        "quiet_to": f"{one.quiet_to:%H:%M}" if one.quiet_to else "",
        "active": "yes" if one.active else "no",
    }
    return RosterEntry(typed, not one.active, file)


def _client_row(conn: Connection, client: Client, now: Instant) -> RosterEntry:
    known = roster.find_clients(conn, [client.ref])[client.ref]
    last = {entry.entry: entry.at for entry in client.record if entry.at <= now}
    dates = {
        one.name: _clock(last.get(one.name), client.zones, _DAY)
        for one in FIELDS["clients"]
        if one.is_moment
    }
    typed = {"ref": client.ref, "phone": known.phone or "", "timezone": known.timezone, **dates}
    over = last.get("ended", -1) >= last.get("enrolled", 0)
    return RosterEntry(typed, over, _file(conn, "clients", client.ref))


def _assignment_row(
    conn: Connection, client: Client, one: Assignment, refs: Mapping[int, str], now: Instant
) -> RosterEntry:
    of = _clocks(client)
    typed = {
        "client": client.ref,
        "staff": refs[one.staff_id],
        "role": one.role,
        "began": of(one.began),
        "ended": of(one.ended),
    }
    file = _file(conn, "assignments", client.ref, refs[one.staff_id], one.role)
    return RosterEntry(typed, one.ended is not None and one.ended <= now, file)


def _consent_row(
    conn: Connection, client: Client, one: Consent, refs: Mapping[int, str], now: Instant
) -> RosterEntry:
    of = _clocks(client)
    typed = {
        "client": client.ref,
        "staff": refs[one.staff_id],
        "alias": one.alias,
        "scope": one.scope,
        "purpose": one.purpose,
        "relation": one.relation or "",
        "how": one.how or "",
        "given": of(one.given_at),
        "expires": of(one.expires_at),
        "revoked": of(one.revoked_at),
    }
    file = _file(conn, "consents", client.ref, refs[one.staff_id])
    return RosterEntry(typed, not one.valid(now), file)


def _clocks(client: Client) -> Callable[[Instant | None], str]:
    return lambda at: _clock(at, client.zones, _MINUTE)


def _clock(at: Instant | None, zones: Zones, written: str) -> str:
    return (
        "" if at is None else from_us(at).astimezone(ZoneInfo(zone_at(zones, at))).strftime(written)
    )
