"""Lists: a row that is gone from the newest whole file of a list has ended, or is withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.intake.assignment_changes import AssignmentChanges
from engine.flows.intake.roster_outcome import Clocks
from engine.model.audit_action import AuditAction
from engine.model.complete_list import Missing, judge
from engine.model.event import NewEvent
from engine.model.instant import Instant
from engine.model.intake import Batch, Gone, Listing, RosterKind, read_list_key
from engine.model.record import earliest_change, end_enrolment, reopen_enrolment
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import events, histories, list_rows
from engine.store.intake.list_rows import GoneRows, ListRow
from engine.store.operations import audit_log
from engine.store.people import client_merges, roster

_log = structlog.get_logger()


@dataclass(slots=True)
class SeenRows:
    """The rows of an item in one reading so far, and the period of its events."""

    keys: set[str] = field(default_factory=set)
    unread: int = 0
    earliest: Instant | None = None
    latest: Instant | None = None

    def see(self, batch: Batch, placed: Iterable[NewEvent]) -> None:
        """Add a batch, including rows that could not be taken, because they are in the file."""
        self.unread += batch.listing.unread if batch.listing else 0
        self.keys |= {row.list_key for row in batch.roster}
        self.keys |= {event.key for event in batch.events}
        self.keys |= {reject.key for reject in batch.rejects if reject.key}
        times = [event.occurred_at for event in placed]
        if times:
            self.earliest = min(times if self.earliest is None else [self.earliest, *times])
            self.latest = max(times if self.latest is None else [self.latest, *times])


@dataclass(slots=True)
class ListResult:
    """How many rows have ended or are withdrawn, and each client's first changed instant."""

    ended: int = 0
    earliest: dict[int, Instant] = field(default_factory=dict)


def back(conn: Connection, source: str, batch: Batch) -> dict[str, Instant]:
    """Return the roster rows of a batch that had ended because they were gone, and when.

    Members of staff work here again from now on, unless their row says otherwise.
    """
    listing = batch.listing
    if listing is None or listing.roster is None or not batch.roster:
        return {}
    keys = {row.list_key for row in batch.roster}
    ended = list_rows.ended(conn, source, listing.name, keys)
    if listing.roster == "staff":
        roster.set_active(conn, ended.keys(), active=True)
    list_rows.put(conn, source, listing, [ListRow(key, batch.item, None, None) for key in ended])
    return ended


def reopen(
    conn: Connection, listing: Listing, ended: Mapping[str, Instant], clocks: Clocks
) -> dict[int, Instant]:
    """Take back such ends, after the rows that are back were taken.

    Returns:
        The first instant that changed, by client id.
    """
    if listing.roster == "clients":
        return _change_records(conn, ended, end=False)
    if listing.roster is None or listing.roster == "staff":
        return {}
    changes, relations = AssignmentChanges(conn), _relations(conn, listing.roster, ended, clocks)
    if listing.roster == "assignments":
        changes.watch([one.client_id for one in relations.values()])
    for key, one in relations.items():
        if listing.roster == "assignments":
            roster.reopen_assignment(conn, one.client_id, one.staff_id, one.role, ended[key])
        else:
            roster.restore(conn, one.client_id, one.staff_id, one.began, ended[key])
    return changes.earliest()


def take(
    conn: Connection, source: str, batch: Batch, seen: SeenRows, clocks: Clocks, now: Instant
) -> ListResult:
    """Compare a list with its earlier rows, at the end of one of its items."""
    listing = batch.listing
    if listing is None or not batch.last:
        return ListResult()
    if listing.complete is False:
        list_rows.forget(conn, source, listing.name)
        return ListResult()
    whole = listing.whole and not seen.unread
    if listing.roster is None:
        return _take_events(conn, source, batch, seen, now) if whole else ListResult()
    return _take_roster(conn, source, batch, seen.keys, whole, clocks, now)


def _take_roster(
    conn: Connection,
    source: str,
    batch: Batch,
    keys: Collection[str],
    whole: bool,
    clocks: Clocks,
    now: Instant,
) -> ListResult:
    listing, item = batch.listing, batch.item
    assert listing is not None
    assert listing.roster is not None
    known = {row.key: row for row in list_rows.read(conn, source, listing.name)}
    here = [ListRow(key, item, None, None) for key in keys]
    list_rows.put(conn, source, listing, [row for row in here if known.get(row.key) != row])
    if not whole:
        return ListResult()
    open_rows = [row for row in known.values() if row.ended_at is None]
    missing = [
        row._replace(gone_at=row.gone_at or now)
        for row in open_rows
        if row.key not in keys and (listing.complete or row.item == item)
    ]
    if not listing.complete:
        list_rows.put(conn, source, listing, missing)
        return ListResult()
    if _held(source, batch, len(missing), len(open_rows)):
        list_rows.put(conn, source, listing, missing)
        return ListResult()
    return _end(conn, source, listing, missing, clocks, now)


def _take_events(
    conn: Connection, source: str, batch: Batch, seen: SeenRows, now: Instant
) -> ListResult:
    """Withdraw the events that are missing in the file's period, unless a newer file has them."""
    listing, item = batch.listing, batch.item
    assert listing is not None
    list_rows.forget(conn, source, listing.name, item)
    if seen.earliest is None or seen.latest is None:
        return ListResult()
    standing = {
        key: origin
        for series in listing.series
        for key, origin in events.of_series(
            conn, source, series, seen.earliest, seen.latest
        ).items()
        if origin.rpartition(":")[0] not in listing.newer
    }
    missing = [key for key in standing if key not in seen.keys]
    if _held(source, batch, len(missing), len(standing)):
        held = [ListRow(key, item, now, None) for key in missing]
        list_rows.put(conn, source, listing, held)
        return ListResult()
    return _withdraw(conn, source, item, missing, now)


def _held(source: str, batch: Batch, missing: int, known: int) -> bool:
    held = judge(missing, known) is Missing.HELD
    if held:
        _log.error(
            "too much is gone at once from a complete file, so nothing was ended",
            source=source,
            item=batch.item,
            gone=missing,
            of=known,
        )
    return held


def accept_gone(database: Database, source: str, now: Instant) -> int:
    """End everything that is gone from the lists of a source, however much it is.

    Returns:
        How many rows ended or are withdrawn.

    Raises:
        UserError: Nothing is held.
    """
    ended = 0
    with database.write() as conn:
        gone = [each for each in list_rows.gone(conn) if each.source == source]
        if not gone:
            raise UserError(f"Nothing is gone from the files of the source {source}.")
        for each in gone:
            ended += _accept(conn, each, now) if each.complete else 0
            if not each.complete or each.roster is None:
                list_rows.forget_gone(conn, source, each.list)
            detail = {"item": each.item, "rows": each.number}
            action, subject = AuditAction.GONE_ACCEPTED, f"source {source}"
            audit_log.record(
                conn, at=now, actor="terminal", action=action, subject=subject, detail=detail
            )
    return ended


def _accept(conn: Connection, gone: GoneRows, now: Instant) -> int:
    rows = [
        row
        for row in list_rows.read(conn, gone.source, gone.list)
        if row.item == gone.item and row.gone_at is not None and row.ended_at is None
    ]
    if gone.roster is None:
        keys = [row.key for row in rows]
        result = _withdraw(conn, gone.source, gone.item, keys, now)
    else:
        listing = Listing(gone.list, gone.roster, complete=True)
        result = _end(conn, gone.source, listing, rows, Clocks(), now)
    due_clients.mark_dirty(conn, result.earliest)
    return result.ended


def _withdraw(
    conn: Connection, source: str, item: str, keys: Iterable[str], now: Instant
) -> ListResult:
    # No line says so. With line 0 the same file can give the events again.
    gone = {key: Gone(key, 0) for key in keys}
    taken_back = events.take_back(conn, source, item, gone, now)
    return ListResult(taken_back.withdrawn, taken_back.earliest)


def _end(
    conn: Connection,
    source: str,
    listing: Listing,
    missing: Collection[ListRow],
    clocks: Clocks,
    now: Instant,
) -> ListResult:
    kind, keys = listing.roster, [row.key for row in missing]
    assert kind is not None
    ended = [row._replace(gone_at=row.gone_at or now, ended_at=now) for row in missing]
    list_rows.put(conn, source, listing, ended)
    elsewhere = list_rows.held_elsewhere(conn, source, listing.name, kind, keys)
    going = [key for key in keys if key not in elsewhere]
    return ListResult(len(going), _end_rows(conn, kind, going, clocks, now))


def _end_rows(
    conn: Connection, kind: RosterKind, keys: Collection[str], clocks: Clocks, now: Instant
) -> dict[int, Instant]:
    if kind == "clients":
        return _change_records(conn, dict.fromkeys(keys, now), end=True)
    if kind == "staff":
        roster.set_active(conn, keys, active=False)
        return {}
    changes, relations = AssignmentChanges(conn), _relations(conn, kind, keys, clocks).values()
    if kind == "assignments":
        changes.watch([one.client_id for one in relations])
    for one in relations:
        if kind == "assignments":
            roster.end_assignment(conn, one.client_id, one.staff_id, one.role, one.began, now)
        else:
            roster.revoke(conn, one.client_id, one.staff_id, one.began, now)
    return changes.earliest()


class _Relation(NamedTuple):
    """An assignment or consent: the ids of both people, the role, and when it began."""

    client_id: int
    staff_id: int
    role: str
    began: Instant | None


def _relations(
    conn: Connection, kind: RosterKind, keys: Iterable[str], clocks: Clocks
) -> dict[str, _Relation]:
    """Find assignments or consents by their keys; those of unknown people are left out.

    The assignments of a client who was merged into another are those of the other one.
    """
    merged = client_merges.standing(conn) if kind == "assignments" else {}
    abouts = {key: read_list_key(key) for key in keys}
    clients = roster.find_clients(conn, {about.client for about in abouts.values()})
    staff = roster.find_staff(conn, {about.staff for about in abouts.values()})
    found = {}
    for key, (client_ref, staff_ref, role, begin) in abouts.items():
        if client_ref not in clients or staff_ref not in staff:
            continue
        client = clients[client_ref]
        began = begin and (clocks[client.zones][begin.at] if begin.local else begin.at)
        found[key] = _Relation(merged.get(client.id, client.id), staff[staff_ref], role, began)
    return found


def _change_records(
    conn: Connection, at: Mapping[str, Instant], *, end: bool
) -> dict[int, Instant]:
    """End or reopen the enrolment of clients, each at an instant, by ref.

    A client who was merged into another one is not in care, whatever a list says.
    """
    merged = client_merges.standing(conn)
    found = {known.id: ref for ref, known in roster.find_clients(conn, at.keys()).items()}
    refs = {client_id: ref for client_id, ref in found.items() if client_id not in merged}
    changes, earliest = [], {}
    for client in histories.read_clients(conn, list(refs)):
        before, instant = list(client.record), at[refs[client.id]]
        after = (end_enrolment if end else reopen_enrolment)(before, instant)
        changed = earliest_change(before, after)
        if changed is not None:
            gone, come = set(before) - set(after), set(after) - set(before)
            changes.append(roster.RecordChange(client.id, sorted(gone), sorted(come)))
            earliest[client.id] = changed
    roster.change_records(conn, changes)
    return earliest
