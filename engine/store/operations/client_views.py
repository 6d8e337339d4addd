"""Who looked at a client, as the audit trail says."""

from __future__ import annotations

from sqlalchemy import Connection, case, literal, select

from engine.model.audit_action import AuditAction
from engine.model.console_pages import View
from engine.store.tables.access import accounts
from engine.store.tables.operations import audit

_ACTOR = literal("account ") + accounts.c.id.cast(audit.c.actor.type)
_LOOKS = (AuditAction.VIEWED.value, AuditAction.ACCESS_REFUSED.value)


def of_client(conn: Connection, client_id: int, most: int) -> list[View]:
    """Return who last looked at a client's page, or tried to, the newest first."""
    said = case((audit.c.action == AuditAction.VIEWED.value, "looked"), else_="was refused")
    found = (
        select(audit.c.at, accounts.c.name, said)
        .join(accounts, audit.c.actor == _ACTOR)
        .where(audit.c.subject == f"client {client_id}", audit.c.action.in_(_LOOKS))
        .order_by(audit.c.id.desc())
        .limit(most)
    )
    return [View(*row) for row in conn.execute(found)]
