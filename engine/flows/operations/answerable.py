"""Check who answers for what is done about a client, and the reason that they give."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.errors import UserError
from engine.model.staff import Staff
from engine.store.people import staff

_ROLES = ("supervisor", "admin")
_LONGEST_REASON = 200  # as wide as the column of a merge


def person(conn: Connection, ref: str) -> Staff:
    """Return the supervisor or admin of a ref, who answers for what is done.

    Raises:
        UserError: There is none.
    """
    found = staff.with_ref(conn, ref)
    if found is None or not found.active or found.role not in _ROLES:
        raise UserError(f"No active supervisor or admin is called {ref}.")
    return found


def colleague(conn: Connection, ref: str) -> Staff:
    """Return the active member of staff of a ref, who is neither mentor nor supporter.

    Raises:
        UserError: There is none.
    """
    found = staff.with_ref(conn, ref)
    if found is None or not found.active or not found.works_here:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    return found


def check_reason(reason: str, *refs: str) -> None:
    """Refuse a reason that says nothing, is too long, or names one of these clients.

    Raises:
        UserError: It does.
    """
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise UserError(f"--reason needs 1 to {_LONGEST_REASON} characters.")
    for ref in refs:
        if ref.lower() in reason.lower():
            raise UserError(f"The reason stays in the audit trail, so it must not name {ref}.")
