"""The roster: clients with their records, staff, assignments and consents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, or_, select, update

from engine.model.client import TIMEZONE, RecordEntry, zones_of
from engine.model.instant import Instant
from engine.model.local_time import Zones
from engine.model.record import match_spell
from engine.store.database.parameter_limit import in_parts
from engine.store.database.prepared import prepared
from engine.store.people import client_identifiers
from engine.store.tables.people import (
    assignments,
    client_merges,
    clients,
    consents,
    record_entries,
    staff,
)

Change = Literal["new", "corrected", "duplicate"]

_ZONES = and_(record_entries.c.client_id == clients.c.id, record_entries.c.entry == TIMEZONE)
_WITH_REFS = prepared(
    select(clients.c.ref, clients.c.id, clients.c.timezone, clients.c.phone)
    .add_columns(record_entries.c.at, record_entries.c.entry, record_entries.c.value)
    .outerjoin(record_entries, _ZONES)
    .where(clients.c.ref.in_(bindparam("refs", expanding=True)))
    .order_by(clients.c.ref, record_entries.c.at)
)
_NEAR = select(clients.c.ref).where(
    func.lower(func.ltrim(clients.c.ref, "0")).in_(bindparam("bare", expanding=True))
)
_REFS = select(staff.c.ref, staff.c.id)
_WITH_REF = select(staff).where(staff.c.ref == bindparam("of"))
_ADD_STAFF = insert(staff)
_SAME_THREE = (
    select(assignments)
    .where(
        assignments.c.client_id == bindparam("client"),
        assignments.c.staff_id == bindparam("of"),
        assignments.c.role == bindparam("as"),
    )
    .order_by(assignments.c.began)
)
_ASSIGN = insert(assignments)
_SAME_ROLE = (
    select(assignments)
    .where(assignments.c.client_id == bindparam("client"), assignments.c.role == bindparam("as"))
    .order_by(assignments.c.began, assignments.c.id)
)
_SAME_TWO = select(consents).where(
    consents.c.client_id == bindparam("client"), consents.c.staff_id == bindparam("of")
)
_CONSENT = insert(consents)


class KnownClient(NamedTuple):
    """A client of the roster, without the record; `zones` are all timezones, in order."""

    id: int
    timezone: str
    phone: str | None
    zones: Zones


class NewClient(NamedTuple):
    """A client who is not in the roster yet."""

    ref: str
    timezone: str
    phone: str | None


class RecordChange(NamedTuple):
    """Entries to delete from a client's record, and entries to add to it."""

    client_id: int
    gone: Collection[RecordEntry]
    come: Collection[RecordEntry]


def find_clients(conn: Connection, refs: Collection[str]) -> dict[str, KnownClient]:
    """Return the clients of these refs or identifiers, by these; unknown ones are left out."""
    found = {}
    for some in in_parts(sorted(refs)):
        rows = conn.execute(_WITH_REFS, {"refs": some})
        for (ref, id_, zone, phone), entries in groupby(rows, itemgetter(0, 1, 2, 3)):
            record = [RecordEntry(*entry) for _, _, _, _, *entry in entries]
            found[ref] = KnownClient(id_, zone, phone, zones_of(record, zone))
    # Only what is no ref may be a number of another system.
    if others := {ref for ref in refs if ":" in ref and ref not in found}:
        owners = client_identifiers.owners(conn, others)
        theirs = find_clients(conn, set(owners.values()))
        found |= {name: theirs[ref] for name, ref in owners.items()}
    return found


def near_refs(conn: Connection, refs: Collection[str]) -> dict[str, str]:
    """Return clients whose refs differ from unknown ones by leading zeros or case alone.

    Returns:
        By the unknown ref, the known one; those without any are left out.
    """
    wanted = {_bare(ref): ref for ref in sorted(refs)}
    found = {}
    for some in in_parts(sorted(wanted)):
        for ref in conn.scalars(_NEAR, {"bare": some}):
            found[wanted[_bare(ref)]] = ref
    return found


def _bare(ref: str) -> str:
    return ref.lstrip("0").lower()


def clients_with_phone(conn: Connection, phone: str) -> dict[int, str]:
    """Return the refs of the clients who have this number, by id.

    The number of a merged client is one of the client who stays.
    """
    had = select(client_merges.c.into_id).where(
        client_merges.c.undone_at.is_(None), client_merges.c.phone == phone
    )
    theirs = (
        select(clients.c.id, clients.c.ref)
        .where(or_(clients.c.phone == phone, clients.c.id.in_(had)))
        .order_by(clients.c.id)
    )
    return {row.id: row.ref for row in conn.execute(theirs)}


def refs_of(conn: Connection, client_ids: Sequence[int]) -> dict[int, str]:
    """Return the refs of these clients, by id."""
    wanted = select(clients.c.id, clients.c.ref).where(clients.c.id.in_(client_ids))
    return {row.id: row.ref for row in conn.execute(wanted)}


def client_refs(conn: Connection) -> list[str]:
    """Return the refs of all clients, in order."""
    return list(conn.scalars(select(clients.c.ref).order_by(clients.c.ref)))


def client_ids(conn: Connection) -> list[int]:
    """Read the ids of all clients, in the order of refs."""
    return list(conn.scalars(select(clients.c.id).order_by(clients.c.ref)))


def client_phones(conn: Connection) -> list[tuple[str, str]]:
    """Read the phone and the ref of each client who has a phone, in the order of refs."""
    theirs = select(clients.c.phone, clients.c.ref).where(clients.c.phone.is_not(None))
    return [(row.phone, row.ref) for row in conn.execute(theirs.order_by(clients.c.ref))]


def aliases(conn: Connection) -> list[str]:
    """Return the aliases of all consents to mentors, each once and in order."""
    named = select(consents.c.alias).where(consents.c.alias != "").distinct()
    return list(conn.scalars(named.order_by(consents.c.alias)))


def near_staff_refs(conn: Connection, refs: Collection[str]) -> dict[str, str]:
    """Return staff whose refs differ from unknown ones by leading zeros or case alone.

    Returns:
        By the unknown ref, the known one; those without any are left out.
    """
    if not refs:
        return {}
    known = {_bare(ref): ref for ref, _ in conn.execute(_REFS)}
    return {ref: known[_bare(ref)] for ref in refs if _bare(ref) in known}


def find_staff(conn: Connection, refs: Collection[str]) -> dict[str, int]:
    """Return the ids of the staff of these refs, by ref."""
    return {ref: staff_id for ref, staff_id in conn.execute(_REFS) if ref in refs}


def add_clients(conn: Connection, new: Sequence[NewClient]) -> None:
    """Put clients into the roster, without records."""
    if new:
        conn.execute(insert(clients), [client._asdict() for client in new])


def change_client(conn: Connection, client_id: int, timezone: str, phone: str | None) -> None:
    """Correct a client's timezone and phone, which have no dates."""
    conn.execute(
        update(clients).where(clients.c.id == client_id).values(timezone=timezone, phone=phone)
    )


def change_records(conn: Connection, changes: Sequence[RecordChange]) -> None:
    """Change clients' records."""
    gone = [
        {"_id": change.client_id, "_at": at, "_entry": entry}
        for change in changes
        for at, entry, _ in change.gone
    ]
    come = [
        {"client_id": change.client_id, **entry._asdict()}
        for change in changes
        for entry in change.come
    ]
    if gone:
        columns = record_entries.c
        of_entry = (
            columns.client_id == bindparam("_id"),
            columns.at == bindparam("_at"),
            columns.entry == bindparam("_entry"),
        )
        conn.execute(delete(record_entries).where(*of_entry), gone)
    if come:
        conn.execute(insert(record_entries), come)


def put_staff(
    conn: Connection, ref: str, said: Mapping[str, Any], otherwise: Mapping[str, Any]
) -> Change:
    """Put a member of staff into the roster, or correct the fields in `said`.

    `otherwise` holds the fields of a new member alone.
    """
    known = conn.execute(_WITH_REF, {"of": ref}).first()
    if known is None:
        conn.execute(_ADD_STAFF, {"ref": ref, **otherwise, **said})
        return "new"
    return _correct(conn, staff, known, said)


def assign(
    conn: Connection,
    client_id: int,
    staff_id: int,
    role: str,
    began: Instant | None,
    ended: Mapping[str, Instant | None],
    now: Instant,
    said_of: int | None = None,
) -> Change:
    """Assign a member of staff to a client in a role, or change the assignment.

    An assignment is told from others of the same three by its beginning. Without one it is the open
    one, or a new one from `now`.

    Args:
        conn: The transaction.
        client_id: The client.
        staff_id: The member of staff or mentor.
        role: The role.
        began: The beginning; None if the source gives none.
        ended: The end by its word, if the source gives one; None is an empty cell.
        now: The present instant.
        said_of: The client whom the source means, if that one was merged into the client.

    Raises:
        ValueError: The end comes before the beginning.
    """
    stored = conn.execute(_SAME_THREE, {"client": client_id, "of": staff_id, "as": role}).all()
    end = ended.get("ended")
    if began is None:
        known = next(
            (row for row in reversed(stored) if row.ended is None or row.ended == end), None
        )
        if known is None and end is not None:
            return "duplicate"  # it ended before it became known
        began = known.began if known else now
    else:
        spell = match_spell([(row.began, row.ended) for row in stored], began, end)
        known = next((row for row in stored if spell and row.began == spell[0]), None)
    if end is not None and end < began:
        raise ValueError("ended comes before began")
    if known is None:
        new = {
            "client_id": client_id,
            "staff_id": staff_id,
            "role": role,
            "began": began,
            "ended": end,
            "said_of": said_of,
        }
        conn.execute(_ASSIGN, new)
        return "new"
    return _correct(conn, assignments, known, {"began": began, **ended})


def end_others(conn: Connection, client_id: int, role: str) -> None:
    """End each assignment of a client and role where the next one begins, at the latest."""
    stored = conn.execute(_SAME_ROLE, {"client": client_id, "as": role}).all()
    for row, following in pairwise(stored):
        if row.began < following.began and (row.ended is None or row.ended > following.began):
            _correct(conn, assignments, row, {"ended": following.began})


def end_assignment(
    conn: Connection, client_id: int, staff_id: int, role: str, began: Instant | None, now: Instant
) -> None:
    """End an assignment now: the one with this beginning, or without one, the open one."""
    for row in conn.execute(_SAME_THREE, {"client": client_id, "of": staff_id, "as": role}).all():
        if began in {None, row.began} and (row.ended is None or row.ended > now):
            _correct(conn, assignments, row, {"ended": max(now, row.began)})


def reopen_assignment(
    conn: Connection, client_id: int, staff_id: int, role: str, ended: Instant
) -> None:
    """Take back that the newest assignment of these three ended at this instant."""
    same = conn.execute(_SAME_THREE, {"client": client_id, "of": staff_id, "as": role}).all()
    if same and same[-1].ended == ended:
        _correct(conn, assignments, same[-1], {"ended": None})


def revoke(
    conn: Connection, client_id: int, staff_id: int, given_at: Instant | None, now: Instant
) -> None:
    """End a consent now: the one given at this instant."""
    for row in conn.execute(_SAME_TWO, {"client": client_id, "of": staff_id}).all():
        if given_at in {None, row.given_at} and row.revoked_at is None:
            _correct(conn, consents, row, {"revoked_at": now})


def restore(
    conn: Connection, client_id: int, staff_id: int, given_at: Instant | None, revoked: Instant
) -> None:
    """Take back that a consent ended at this instant."""
    for row in conn.execute(_SAME_TWO, {"client": client_id, "of": staff_id}).all():
        if given_at in {None, row.given_at} and row.revoked_at == revoked:
            _correct(conn, consents, row, {"revoked_at": None})


def set_active(conn: Connection, refs: Collection[str], active: bool) -> None:
    """Record whether members of staff work here."""
    for ref in sorted(refs):
        conn.execute(update(staff).where(staff.c.ref == ref).values(active=active))


def consent(
    conn: Connection, client_id: int, staff_id: int, given_at: Instant, said: Mapping[str, Any]
) -> Change:
    """Record a client's consent; the instant tells consents to one mentor apart.

    A revocation ends every consent given before it, and nothing but a new consent takes it back.
    """
    revoked_at = said.get("revoked_at")
    stored = conn.execute(_SAME_TWO, {"client": client_id, "of": staff_id}).all()
    known = next((row for row in stored if row.given_at == given_at), None)
    change: Change = "duplicate"
    if known is None:
        conn.execute(
            _CONSENT, {"client_id": client_id, "staff_id": staff_id, "given_at": given_at, **said}
        )
        change = "new"
    else:
        kept = {} if revoked_at is None else {"revoked_at": revoked_at}
        change = _correct(conn, consents, known, {**said, "revoked_at": known.revoked_at, **kept})
    if revoked_at is not None and end_consents(conn, client_id, staff_id, revoked_at):
        change = "corrected"
    return change


def end_consents(conn: Connection, client_id: int, staff_id: int, revoked_at: Instant) -> bool:
    """End the consents to one mentor that were given before a revocation.

    Returns:
        Whether there was one that had not ended by then.
    """
    stored = conn.execute(_SAME_TWO, {"client": client_id, "of": staff_id}).all()
    alive = [
        row
        for row in stored
        if row.given_at <= revoked_at and (row.revoked_at or revoked_at + 1) > revoked_at
    ]
    for row in alive:
        _correct(conn, consents, row, {"revoked_at": revoked_at})
    return bool(alive)


def _correct(conn: Connection, table: Table, known: Any, said: Mapping[str, Any]) -> Change:
    differing = {word: value for word, value in said.items() if known._mapping[word] != value}
    if not differing:
        return "duplicate"
    conn.execute(update(table).where(table.c.id == known.id).values(**differing))
    return "corrected"
