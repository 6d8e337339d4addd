"""Views of clients: whether an account may look, and the row of the audit trail for it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.inbound import acting
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.staff import Staff
from engine.store.access import emergency
from engine.store.alerts import caseload_list
from engine.store.operations import audit_log, client_views
from engine.store.people import roster
from engine.store.people.roster import KnownClient


def access_to(
    conn: Connection, who: SignedIn, ability: Ability, client_id: int, now: Instant
) -> Access:
    """Decide whether an account may do something about a client at `now`.

    While emergency access lasts, the client counts as one of theirs.
    """
    own = who.staff is not None and caseload_list.is_assigned(conn, client_id, who.staff.id, now)
    own = own or emergency.ends(conn, who.account.id, client_id, now) is not None
    return may(who.account.role, ability, own_client=own)


def record_refusal(
    conn: Connection, who: SignedIn, ability: Ability, client_id: int, why: str, now: Instant
) -> None:
    """Write down that an account wanted something about a client and was refused."""
    audit_log.record(
        conn,
        at=now,
        actor=who.actor,
        action=AuditAction.ACCESS_REFUSED,
        subject=f"client {client_id}",
        detail={"ability": ability.value, "why": why},
    )


def may_act(who: SignedIn, ability: Ability) -> bool:
    """Return whether an account's role has an ability and a person in whose name it acts."""
    return who.staff is not None and may(who.account.role, ability) is Access.GRANTED


def acts_as(
    conn: Connection, who: SignedIn, ability: Ability, client_id: int, now: Instant
) -> Staff | None:
    """Return the person in whose name an account does something about a client at `now`.

    Returns:
        None if the account must not; that is written down.
    """
    access = access_to(conn, who, ability, client_id, now)
    why = access.value
    if access is Access.GRANTED and who.staff is not None:
        decision = acting.decide(conn, who.staff, client_id, now)
        if decision.allowed:
            return who.staff
        why = decision.reason.value
    record_refusal(conn, who, ability, client_id, why, now)
    return None


def find(desk: Desk, who: SignedIn, ref: str, now: Instant) -> KnownClient | Access | None:
    """Return the client of this ref, if the account may see them; a refusal is written down.

    Returns:
        The client, or why the account must not see them; None if there is no such client.
    """
    with desk.database.read() as conn:
        known = roster.find_clients(conn, [ref]).get(ref)
        if known is None:
            return None
        access = access_to(conn, who, Ability.SEE_CLIENT, known.id, now)
    if access is Access.GRANTED:
        return known
    with desk.database.write() as conn:
        record_refusal(conn, who, Ability.SEE_CLIENT, known.id, access.value, now)
    return access


def record(
    desk: Desk,
    who: SignedIn,
    page: str,
    subject: str,
    now: Instant,
    clients: Collection[int] = (),
    **detail: object,
) -> None:
    """Write down that a page about clients is about to be shown.

    It commits before the page goes out; if it cannot, there is no page.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        page: The page's word.
        subject: Whom or what it is about.
        now: The present instant.
        clients: Whom it shows, if it is about several clients.
        detail: What else the row says.
    """
    with desk.database.write() as conn:
        audit_log.record(
            conn,
            at=now,
            actor=who.actor,
            action=AuditAction.VIEWED,
            subject=subject,
            detail={"page": page, **detail, **({"clients": sorted(clients)} if clients else {})},
        )
        client_views.add_listed(conn, set(clients))
