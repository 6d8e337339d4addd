"""A person writes a note about a client, or about one of the client's alerts."""

from __future__ import annotations

from engine.access.abilities import Ability, Access
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.audit_action import AuditAction
from engine.model.note import LONGEST_NOTE
from engine.store.alerts import alert_records
from engine.store.operations import audit_log
from engine.store.people import notes
from engine.store.people.roster import KnownClient


def add(
    desk: Desk, who: SignedIn, ref: str, alert_id: int | None, words: str
) -> tuple[str, ...] | Access | None:
    """Keep a note.

    Args:
        desk: The engine as pages see it.
        who: Who writes.
        ref: The client's ref.
        alert_id: The alert that it is about; None if it is about none in particular.
        words: The note.

    Returns:
        The objections, none if it is kept; or why the account must not. None if there is no such
        client, or the alert is not theirs.
    """
    now, words = desk.now(), words.strip()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        record = alert_records.record_of(conn, alert_id) if alert_id else None
        if alert_id and (record is None or record.listed.alert.client_id != known.id):
            return None
        if viewing.acts_as(conn, who, Ability.ANSWER_CLIENT, known.id, now) is None:
            return Access.NOT_THEIR_ROLE
        if not words:
            return ("is empty",)
        if len(words) > LONGEST_NOTE:
            return (f"has {len(words)} characters; a note has room for {LONGEST_NOTE}",)
        note = notes.add(conn, known.id, alert_id, who.account.id, words, now)
        audit_log.record(
            conn,
            at=now,
            actor=who.actor,
            action=AuditAction.NOTE_WRITTEN,
            subject=f"client {known.id}",
            detail={"note": note, "alert": alert_id},
        )
    return ()
