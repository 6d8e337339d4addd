"""Two clients who are one person: a person merges them, and can undo it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.flows.operations import answerable
from engine.model.audit_action import AuditAction
from engine.model.client import Client, RecordEntry
from engine.model.instant import Instant
from engine.model.letter import LetterConsent
from engine.model.record import earliest_change, restate, stays_of
from engine.model.staff import Staff
from engine.store.alerts import client_alerts, due_clients
from engine.store.database.connection import Database
from engine.store.intake import histories, merged_events
from engine.store.messages import outbox
from engine.store.operations import audit_log
from engine.store.people import (
    agreements,
    client_merges,
    letters,
    merged_assignments,
    named_clients,
    roster,
    staff,
)
from engine.store.people.client_merges import ClientMerge

_STAYS = frozenset({"stay_began", "stay_ended"})


class MergedRows(NamedTuple):
    """The numbers of events and of alerts that went to the other client."""

    events: int
    alerts: int


def merge(
    database: Database, ref: str, into: str, by: str, reason: str, now: Instant
) -> MergedRows:
    """Give the events and alerts of one client to another, who is the same person.

    The first client's care ends. From now on, what sources say of the first is taken for the
    second. So are stays in hospital and assignments that last; the first one's other rows of the
    roster are passed over. Consents, agreements, notes and texts stay where they are, because a
    client gave them under one name.

    Args:
        database: The database.
        ref: The client who is nobody of their own.
        into: The client who stays.
        by: The ref of a supervisor or admin, who answers for it.
        reason: Why, in words that name neither client.
        now: The present instant.

    Raises:
        UserError: A client is unknown or part of another merge, the first one took a consent back
            that the second one gives, or `by` has no right to merge.
    """
    with database.write() as conn:
        person = answerable.person(conn, by)
        client, other = named_clients.read(conn, ref), named_clients.read(conn, into)
        _refuse(conn, client, other, reason)
        moved = merged_events.move(conn, client.id, other.id)
        alert_ids = client_alerts.move(conn, client.id, other.id)
        outbox.cancel_to_client(conn, client.id, now)
        phone = roster.find_clients(conn, [ref])[ref].phone
        roster.change_client(conn, client.id, client.timezone, None)
        merged_assignments.move(conn, client.id, other.id, now)
        followed = _follow_stays(conn, client, other, now)
        ends = [RecordEntry(at, "ended", None) for at in _ends(client, now)]
        roster.change_records(conn, [roster.RecordChange(client.id, (), ends)])
        ended = bool(ends)
        new = ClientMerge(0, client.id, other.id, now, ended, phone, alert_ids)
        client_merges.add(conn, new, actor=f"staff {person.id}", reason=reason)
        done = MergedRows(moved.events, len(alert_ids))
        _decide_again(conn, client.id, other.id, [now, moved.earliest, followed])
        _record(conn, AuditAction.CLIENTS_MERGED, person, client.id, other.id, reason, done, now)
    return done


def undo(database: Database, ref: str, by: str, reason: str, now: Instant) -> MergedRows:
    """Give a merged client back what sources say of them, and their alerts and care.

    Args:
        database: The database.
        ref: The client who was merged into another.
        by: The ref of a supervisor or admin, who answers for it.
        reason: Why, in words that name neither client.
        now: The present instant.

    Raises:
        UserError: The client is in no merge, or `by` has no right to undo it.
    """
    with database.write() as conn:
        person, client = answerable.person(conn, by), named_clients.read(conn, ref)
        found = _of(conn, client)
        if found is None:
            raise UserError(f"{ref} is not merged into another client.")
        answerable.check_reason(reason, ref)
        moved = merged_events.move_back(conn, client.id)
        client_alerts.move_back(conn, found.alert_ids, client.id)
        merged_assignments.move_back(conn, client.id)
        (other,) = histories.read_clients(conn, [found.into_id])
        stays = {entry for entry in client.record if entry.entry in _STAYS} & set(other.record)
        ends = [RecordEntry(at, "ended", None) for at in _ends(client, found.merged_at)]
        changes = [roster.RecordChange(other.id, sorted(stays), ())]
        if found.ended_care:
            changes.append(roster.RecordChange(client.id, ends, ()))
        roster.change_records(conn, changes)
        roster.change_client(conn, client.id, client.timezone, found.phone)
        client_merges.undo(conn, found.id, now)
        done = MergedRows(moved.events, len(found.alert_ids))
        since = [now, moved.earliest, *(entry.at for entry in stays)]
        _decide_again(conn, client.id, found.into_id, since)
        _record(
            conn, AuditAction.MERGE_UNDONE, person, client.id, found.into_id, reason, done, now
        )  # fmt: skip
    return done


def _of(conn: Connection, client: Client) -> ClientMerge | None:
    found = client_merges.concerning(conn, client.id)
    return next((one for one in found if one.client_id == client.id), None)


def _refuse(conn: Connection, client: Client, other: Client, reason: str) -> None:
    if client.id == other.id:
        raise UserError(f"{client.ref} is one client; name two.")
    answerable.check_reason(reason, client.ref, other.ref)
    if client_merges.concerning(conn, client.id) or _of(conn, other):
        of = client if client_merges.concerning(conn, client.id) else other
        raise UserError(
            f"{of.ref} is in a merge that stands; undo it first, so that each can be undone."
        )
    _refuse_consents(conn, client, other)


def _refuse_consents(conn: Connection, client: Client, other: Client) -> None:
    """Refuse to let a consent live on that the client took back under the other name."""
    given = {one.staff_id for one in staff.consents_of(conn, [other.id]) if one.revoked_at is None}
    newest = {one.staff_id: one for one in staff.consents_of(conn, [client.id])}
    for one in newest.values():
        if one.revoked_at is not None and one.staff_id in given:
            mentor = staff.everybody(conn)[one.staff_id].ref
            raise _taken_back(client, other, f"consent to {mentor}", "correct the roster first")
    allowed = {
        _allows(one) for one in letters.consents_of(conn, other.id) if one.revoked_at is None
    }
    last = {_allows(one): one for one in letters.consents_of(conn, client.id)}
    for letter in last.values():
        if letter.revoked_at is not None and _allows(letter) in allowed:
            record = "then record the answer (handrail letter consent or revoke)"
            raise _taken_back(client, other, f"consent to letters to {letter.recipient}", record)
    if agreements.withdrew(conn, client.id) and agreements.standing(conn, [other.id]):
        record = "then record the answer (handrail clients agree or withdraw)"
        raise _taken_back(client, other, "agreement to texts", record)


def _taken_back(client: Client, other: Client, what: str, do: str) -> UserError:
    return UserError(
        f"{client.ref} took back the {what} that {other.ref} still gives; ask the client, and {do}."
    )


def _allows(one: LetterConsent) -> tuple[str, str, str]:
    return one.recipient_kind, one.recipient, one.purpose


def _ends(client: Client, at: Instant) -> list[Instant]:
    """Return when the care of a client ends who is nobody of their own from an instant on.

    An enrolment that begins later ends as it begins.
    """
    later = [entry.at for entry in client.record if entry.entry == "enrolled" and entry.at > at]
    end = RecordEntry(at, "ended", None)
    until = [entry for entry in client.record if entry.at <= at and entry != end]
    return [at, *later] if standing_at(until, at).enrolled else later


def _follow_stays(conn: Connection, client: Client, other: Client, now: Instant) -> Instant | None:
    """Let a client's stays in hospital be another one's; return the first instant that changed."""
    record: Sequence[RecordEntry] = other.record
    for began, ended in stays_of(client.record):
        record = restate(record, {"stay_began": began, "stay_ended": ended}, {}, now)
    gone, come = set(other.record) - set(record), set(record) - set(other.record)
    roster.change_records(conn, [roster.RecordChange(other.id, sorted(gone), sorted(come))])
    return earliest_change(other.record, record)


def _decide_again(
    conn: Connection, client_id: int, into_id: int, changed: Iterable[Instant | None]
) -> None:
    since = min(at for at in changed if at is not None)
    due_clients.mark_dirty(conn, {client_id: since, into_id: since})


def _record(
    conn: Connection,
    action: AuditAction,
    person: Staff,
    client_id: int,
    into_id: int,
    reason: str,
    done: MergedRows,
    now: Instant,
) -> None:
    audit_log.record(
        conn,
        at=now,
        actor=f"staff {person.id}",
        action=action,
        subject=f"client {into_id}",
        detail={"client": client_id, "reason": reason, **done._asdict()},
    )
