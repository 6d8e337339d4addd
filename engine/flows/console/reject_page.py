"""Rows that could not be read: a person fixes them, reads them again, or leaves them out."""

from __future__ import annotations

from engine.access.abilities import Ability, Access, may
from engine.errors import UserError
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.intake import ingest
from engine.model.audit_action import AuditAction
from engine.model.intake import WHOLE
from engine.model.site_pages import RejectedRow
from engine.store.intake import rejects
from engine.store.intake.rejects import OpenReject
from engine.store.operations import audit_log

MOST = 100


def open_page(desk: Desk, who: SignedIn) -> tuple[RejectedRow, ...] | Access:
    """Return the rows that wait, whole files first; that the account saw them is written down."""
    access = may(who.account.role, Ability.FIX_REJECTS)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        found = sorted(rejects.still_open(conn), key=lambda one: one.line != WHOLE)
    if found:
        viewing.record(desk, who, "rejects", "rejects", desk.now())
    return tuple(RejectedRow(*one, whole=one.line == WHOLE) for one in found[:MOST])


def read_again(desk: Desk, who: SignedIn, reject_id: int, row: str) -> str | Access | None:
    """Read a row again, perhaps as a person fixed it.

    Args:
        desk: The engine as pages see it.
        who: Who fixes it.
        reject_id: The row.
        row: Its text as it is now.

    Returns:
        Why it cannot be read still, empty if it was read; or why the account must not. None if
        there is no such row that waits.
    """
    found = _waiting(desk, who, reject_id)
    if not isinstance(found, OpenReject):
        return found
    source = next((one for one in desk.sources if one.name == found.source), None)
    if source is None:
        return "its source is no longer in the configuration"
    now = desk.now()
    try:
        reason = ingest.take_one_again(
            desk.database, source, found, row, desk.settings.timezone, now
        )
    except (OSError, UserError) as error:
        return ingest.why_unread(error)
    _record(desk, who, AuditAction.REJECT_READ_AGAIN, reject_id)
    desk.wake("evaluate")
    return reason


def leave_out(desk: Desk, who: SignedIn, reject_id: int) -> bool | Access | None:
    """Close a row that will not be read; None if there is no such row that waits."""
    found = _waiting(desk, who, reject_id)
    if not isinstance(found, OpenReject):
        return found
    ingest.dismiss(desk.database, [reject_id], desk.now(), who.actor)
    return True


def _waiting(desk: Desk, who: SignedIn, reject_id: int) -> OpenReject | Access | None:
    access = may(who.account.role, Ability.FIX_REJECTS)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        return next((one for one in rejects.still_open(conn) if one.id == reject_id), None)


def _record(desk: Desk, who: SignedIn, action: AuditAction, reject_id: int) -> None:
    with desk.database.write() as conn:
        audit_log.record(
            conn, at=desk.now(), actor=who.actor, action=action,
            subject=f"reject {reject_id}", detail={},
        )  # fmt: skip
