"""Emergency access to a client who is not one's own, and its review by a supervisor."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.escalation import operator_notices
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts
from engine.model.audit_action import AuditAction
from engine.model.emergency_access import LONGEST_REASON, SHORTEST_REASON, EmergencyPage
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.store.access import emergency
from engine.store.operations import audit_log
from engine.store.people import roster

_LISTED = 100


class EmergencyResult(StrEnum):
    """What became of a request; REASON_TOO_SHORT changed nothing."""

    OPENED = "opened"
    OPEN_ALREADY = "open already"
    REASON_TOO_SHORT = "reason too short"


def begin(desk: Desk, who: SignedIn, ref: str, reason: str) -> EmergencyResult | Access | None:
    """Open a client to an account for four hours, and text the supervisors in the same transaction.

    Args:
        desk: The engine as pages see it.
        who: Who needs to see the client.
        ref: The client's ref.
        reason: Why, in the person's words.

    Returns:
        What became of it, or why the account must not; None if there is no such client.
    """
    access = may(who.account.role, Ability.OPEN_IN_EMERGENCY)
    if access is not Access.GRANTED:
        return access
    if len(reason.strip()) < SHORTEST_REASON:
        return EmergencyResult.REASON_TOO_SHORT
    now = desk.now()
    with desk.database.write() as conn:
        client = roster.find_clients(conn, [ref]).get(ref)
        if client is None:
            return None
        if viewing.access_to(conn, who, Ability.SEE_CLIENT, client.id, now) is Access.GRANTED:
            return EmergencyResult.OPEN_ALREADY
        made = emergency.begin(conn, who.account.id, client.id, reason[:LONGEST_REASON], now)
        _tell_supervisors(conn, desk, who, ref, made, now)
        began = AuditAction.EMERGENCY_ACCESS_BEGAN
        _record(conn, who, began, f"client {client.id}", now, access=made)
    return EmergencyResult.OPENED


def open_page(desk: Desk, who: SignedIn) -> EmergencyPage | Access:
    """Return the newest accesses, and write down whose clients were shown."""
    access = may(who.account.role, Ability.SEE_EMERGENCIES)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    with desk.database.read() as conn:
        found = tuple(emergency.listed(conn, _LISTED))
    if found:
        clients = sorted({one.client_id for one in found})
        viewing.record(desk, who, "emergency access", "emergency access", now, clients=clients)
    reviews = may(who.account.role, Ability.REVIEW_EMERGENCY) is Access.GRANTED
    return EmergencyPage(found, reviews, now)


def review(desk: Desk, who: SignedIn, access_id: int, finding: str) -> bool | Access:
    """Close an access, which ends it; return whether it was open, or why the account must not."""
    access = may(who.account.role, Ability.REVIEW_EMERGENCY)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    with desk.database.write() as conn:
        written = finding.strip()[:LONGEST_REASON]
        closed = emergency.review(conn, access_id, who.account.id, written, now)
        if closed:
            reviewed = AuditAction.EMERGENCY_ACCESS_REVIEWED
            _record(conn, who, reviewed, f"emergency access {access_id}", now)
    return closed


def _tell_supervisors(
    conn: Connection, desk: Desk, who: SignedIn, ref: str, made: int, now: Instant
) -> None:
    person = staff_word(conn, who.staff) if who.staff else ""
    body = operator_texts.emergency_access(person, ref, desk.settings.sms.detail)
    whom = operator_notices.overseers(conn, now, but=who.staff.phone if who.staff else None)
    kind = MessageKind.EMERGENCY_ACCESS
    operator_notices.tell(conn, whom, kind, body, now, subject_id=made)


def _record(
    conn: Connection,
    who: SignedIn,
    action: AuditAction,
    subject: str,
    now: Instant,
    **detail: object,
) -> None:
    audit_log.record(conn, at=now, actor=who.actor, action=action, subject=subject, detail=detail)
