"""Roster rows into the store: the change that each makes, and why some cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection

from engine.flows.intake import identifier_rows, schedule_times, stay_rows, supporter_rows
from engine.flows.intake.assignment_changes import AssignmentChanges
from engine.flows.intake.roster_outcome import (
    Clocks,
    NamedClients,
    RosterRowResult,
    meant,
    placed_at,
    record_change,
)
from engine.model.client import TIMEZONE, RecordEntry, zones_of
from engine.model.instant import Instant
from engine.model.intake import Reject, RosterRow
from engine.model.record import earliest_change, restate
from engine.model.supporter import read_scope
from engine.store.intake import histories
from engine.store.people import client_data, client_merges, roster, staff, staff_attributes
from engine.store.people.supporters import SUPPORTER


def take(
    conn: Connection, rows: Sequence[RosterRow], timezone: str, clocks: Clocks, now: Instant
) -> RosterRowResult:
    """Put rows of the roster into the store; a row that cannot be taken is rejected alone.

    Args:
        conn: The transaction.
        rows: The rows, those of a kind together.
        timezone: The timezone of people whose row names none.
        clocks: The wall clocks of timezones.
        now: The present instant.
    """
    outcome = RosterRowResult()
    for kind, of_kind in groupby(rows, key=lambda row: row.kind):
        if kind == "clients":
            _take_clients(conn, list(of_kind), timezone, clocks, now, outcome)
        elif kind == "staff":
            _take_staff(conn, list(of_kind), timezone, now, outcome)
        elif kind == "identifiers":
            identifier_rows.take(conn, list(of_kind), now, outcome)
        elif kind == "stays":
            stay_rows.take(conn, list(of_kind), clocks, now, outcome)
        else:
            _take_relations(conn, list(of_kind), clocks, now, outcome)
    return outcome


@dataclass(slots=True)
class _Person:
    """A client as known, and as the rows so far have it."""

    known: roster.KnownClient | None
    timezone: str
    phone: str | None
    before: Sequence[RecordEntry] = ()
    record: Sequence[RecordEntry] = ()
    due_by: dict[str, tuple[str | None, Instant]] = field(default_factory=dict)  # by schedule

    def hear(self, row: RosterRow, clocks: Clocks, now: Instant) -> bool:
        """Take a row; return whether it changes anything.

        ValueError, without any change, says that the row contradicts itself.
        """
        timezone = row.values.get("timezone") or (self.timezone if self.known is None else None)
        said = {TIMEZONE: timezone} if timezone else {}
        zones = zones_of(self.record, timezone or self.timezone)
        moments = placed_at(row.moments, clocks[zones])
        record = restate(self.record, moments, {**row.attributes, **said}, now)
        moved = zones_of(record, self.timezone)
        if moved != zones:
            # Each day is one of the zone in which it lies; the move was placed by the zones before.
            as_of = {"as_of": moments.get("as_of")}
            record = restate(record, {**placed_at(row.moments, clocks[moved]), **as_of}, {}, now)
        phone = row.values.get("phone", self.phone)
        changes = (phone, record) != (self.phone, list(self.record))
        self.timezone, self.phone, self.record = moved[-1].timezone, phone, record
        if row.schedules:
            since = placed_at(row.moments, clocks[moved]).get("as_of") or now
            self.due_by |= {name: (due_by, since) for name, due_by in row.schedules.items()}
        return changes


def _take_clients(
    conn: Connection,
    rows: Sequence[RosterRow],
    timezone: str,
    clocks: Clocks,
    now: Instant,
    outcome: RosterRowResult,
) -> None:
    known = roster.find_clients(conn, {row.values["ref"] or "" for row in rows})
    unknown = {row.values["ref"] or "" for row in rows} - known.keys()
    erased = client_data.erased(conn, sorted(unknown))
    records = {
        c.id: c.record for c in histories.read_clients(conn, [found.id for found in known.values()])
    }
    merged = client_merges.standing(conn)
    people = {
        ref: _Person(found, found.timezone, found.phone, records[found.id], records[found.id])
        for ref, found in known.items()
    }
    for row in rows:
        ref = row.values["ref"] or ""
        if ref in erased or (ref in known and known[ref].id in merged):
            continue
        person = people.get(ref) or _Person(None, timezone, None)
        try:
            changed = person.hear(row, clocks, now)
        except ValueError as error:
            outcome.rejects.append(Reject(row.line, str(error), row.row, key=row.key))
            continue
        outcome.count(row, "new" if ref not in people else "corrected" if changed else "duplicate")
        people[ref] = person
    _write_clients(conn, people, now, outcome)


def _write_clients(
    conn: Connection, people: Mapping[str, _Person], now: Instant, outcome: RosterRowResult
) -> None:
    new = {ref: person for ref, person in people.items() if person.known is None}
    roster.add_clients(
        conn, [roster.NewClient(ref, person.timezone, person.phone) for ref, person in new.items()]
    )
    ids = roster.find_clients(conn, new.keys())
    changes = []
    for ref, person in people.items():
        known = person.known or ids[ref]
        if (known.timezone, known.phone) != (person.timezone, person.phone):
            roster.change_client(conn, known.id, person.timezone, person.phone)
        if known.phone != person.phone:
            # They may have to be asked today, and so may another client who had the same number.
            for phone in {known.phone, person.phone} - {None}:
                for client_id in roster.clients_with_phone(conn, phone or ""):
                    outcome.earliest.setdefault(client_id, now)
        changed = earliest_change(person.before, person.record)
        if person.known and _first_zone(person.before) != _first_zone(person.record):
            outcome.earliest[known.id] = 0  # it counts from the beginning
        elif changed is not None or person.known is None:
            outcome.earliest[known.id] = now if changed is None else changed
        if changed is not None:
            changes.append(record_change(known.id, person.before, person.record))
    roster.change_records(conn, changes)
    schedule_times.take(conn, {ref: person.due_by for ref, person in people.items()}, now)


def _first_zone(record: Sequence[RecordEntry]) -> str:
    return zones_of(record, "")[0].timezone


def _take_staff(
    conn: Connection,
    rows: Sequence[RosterRow],
    timezone: str,
    now: Instant,
    outcome: RosterRowResult,
) -> None:
    roles: dict[str, str] = {}
    for row in rows:
        try:
            agreement = supporter_rows.read(row, timezone)
        except ValueError as error:
            outcome.rejects.append(Reject(row.line, str(error), row.row, key=row.key))
            continue
        change = _put_staff(conn, row, timezone)
        if supporter_rows.take(conn, row, agreement, now) and change == "duplicate":
            change = "corrected"
        outcome.count(row, change)
        ref, role = row.values["ref"] or "", row.values["role"] or ""
        if (before := roles.setdefault(ref, role)) != role:
            reason = (
                f"role: {ref} is {before} in an earlier row of this file; a person has one role, "
                "so the last row counts. Give the person another ref for the other role, with the "
                "same phone"
            )
            outcome.rejects.append(Reject(row.line, reason, row.row, key=row.key))
        roles[ref] = role


def _put_staff(conn: Connection, row: RosterRow, timezone: str) -> roster.Change:
    said: dict[str, object] = {
        word: value for word, value in row.values.items() if word not in {"ref", "active"}
    }
    # An empty cell of these two means nothing.
    if not said.get("timezone"):
        said.pop("timezone", None)
    if row.values.get("active"):
        said["active"] = row.values["active"] == "yes"
    ref = row.values["ref"] or ""
    change = roster.put_staff(conn, ref, said, {"timezone": timezone, "active": True})
    if row.attributes:
        staff_id = roster.find_staff(conn, [ref])[ref]
        if staff_attributes.change(conn, staff_id, row.attributes) and change == "duplicate":
            return "corrected"
    return change


def _take_relations(
    conn: Connection,
    rows: Sequence[RosterRow],
    clocks: Clocks,
    now: Instant,
    outcome: RosterRowResult,
) -> None:
    """Take assignments and consents; both are between a client and one of the staff."""
    clients = NamedClients.read(conn, rows)
    named = {row.values["staff"] or "" for row in rows}
    people = roster.find_staff(conn, named)
    near_staff = roster.near_staff_refs(conn, named - people.keys())
    changes, merged = AssignmentChanges(conn), client_merges.standing(conn)
    if rows[0].kind == "assignments":
        ids = {client.id for client in clients.known.values()}
        changes.watch({merged.get(one, one) for one in ids})
    for row in rows:
        if (client := clients.of(row, outcome)) is None:
            continue
        ref = row.values["staff"] or ""
        if (staff_id := people.get(ref)) is None:
            reason = f"nobody called '{ref}' is among the staff"
            if near_ref := near_staff.get(ref):
                reason += meant(near_ref)
            outcome.rejects.append(Reject(row.line, reason, row.row, ref, row.key))
            continue
        try:
            placed = placed_at(row.moments, clocks[client.zones])
            if row.kind == "assignments":
                into = merged.get(client.id)
                change = _assign(conn, client.id, into, staff_id, row, placed, now)
            else:
                change = _consent(conn, client.id, staff_id, row, placed, now)
            outcome.count(row, change)
            if (revoked := placed.get("revoked")) is not None and client.id in merged:
                roster.end_consents(conn, merged[client.id], staff_id, revoked)
        except ValueError as error:
            outcome.rejects.append(Reject(row.line, str(error), row.row, key=row.key))
    for client_id, at in changes.earliest().items():
        outcome.earliest[client_id] = min(at, outcome.earliest.get(client_id, at))


def _assign(
    conn: Connection,
    client_id: int,
    into_id: int | None,
    staff_id: int,
    row: RosterRow,
    at: Mapping[str, Instant | None],
    now: Instant,
) -> roster.Change:
    """Assign staff to a client, or to the one into whom the client was merged."""
    ended = {"ended": at["ended"]} if "ended" in at else {}
    role = row.values["role"] or ""
    if role == SUPPORTER:
        raise ValueError("role: a supporter is named by a client's consent, and never assigned")
    said_of = None if into_id is None else client_id
    change = roster.assign(
        conn, into_id or client_id, staff_id, role, at.get("began"), ended, now, said_of
    )
    # Two lists of one person would end each other's assignments by turns.
    if row.alone and change != "duplicate" and into_id is None:
        roster.end_others(conn, client_id, role)
    return change


_OF_CONSENT = ("scope", "purpose", "relation", "how")


def _check_consent(
    conn: Connection, staff_id: int, row: RosterRow, at: Mapping[str, Instant | None]
) -> None:
    """Refuse by ValueError a consent that lacks what its recipient needs."""
    recipient = staff.by_id(conn, staff_id)
    if recipient is None or recipient.role != SUPPORTER:
        if not row.values.get("alias"):
            raise ValueError("alias: is empty")
        return
    try:
        read_scope(row.values["scope"] or "")
    except ValueError as error:
        raise ValueError(f"scope: {error}, because it is for a supporter") from None
    if at.get("expires") is None:
        raise ValueError("expires: is empty; a consent to a supporter ends some day")


def _consent(
    conn: Connection,
    client_id: int,
    staff_id: int,
    row: RosterRow,
    at: Mapping[str, Instant | None],
    now: Instant,
) -> roster.Change:
    said: dict[str, object] = {"alias": row.values.get("alias") or ""}
    said |= {word: row.values[word] for word in _OF_CONSENT if word in row.values}
    _check_consent(conn, staff_id, row, at)
    said |= {f"{word}_at": at[word] for word in ("expires", "revoked") if word in at}
    given = at["given"]
    return roster.consent(conn, client_id, staff_id, now if given is None else given, said)
