"""Who looked at a client, as the audit trail says."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, func, insert, literal, select, union_all

from engine.model.audit_action import AuditAction
from engine.model.console_pages import SAW_IN_A_LIST, View
from engine.store.tables.access import accounts
from engine.store.tables.operations import audit, listed_views

_ACTOR = literal("account ") + accounts.c.id.cast(audit.c.actor.type)
_LOOKED, _REFUSED = AuditAction.VIEWED.value, AuditAction.ACCESS_REFUSED.value
_WORDS = {_LOOKED: "looked", _REFUSED: "was refused"}
_NEWEST = select(func.max(audit.c.id))
_ADD = insert(listed_views)
_COLUMNS = select(audit.c.id, audit.c.at, audit.c.action)
_OF_CLIENT = (
    _COLUMNS.add_columns(accounts.c.name, literal(0).label("listed"))
    .join(accounts, audit.c.actor == _ACTOR)
    .where(audit.c.subject == bindparam("subject"), audit.c.action.in_([_LOOKED, _REFUSED]))
    .order_by(audit.c.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_IN_LISTS = (
    _COLUMNS.add_columns(accounts.c.name, literal(1).label("listed"))
    .join(listed_views, listed_views.c.audit_id == audit.c.id)
    .join(accounts, audit.c.actor == _ACTOR)
    .where(listed_views.c.client_id == bindparam("client"))
    .order_by(audit.c.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_BOTH = union_all(select(_OF_CLIENT), select(_IN_LISTS)).subquery()
_VIEWS = select(_BOTH).order_by(_BOTH.c.id.desc()).limit(bindparam("most"))


def of_client(conn: Connection, client_id: int, most: int) -> list[View]:
    """Return who last saw a client, on a page or in a list, or tried to, the newest first."""
    asked = {"client": client_id, "subject": f"client {client_id}", "most": most}
    return [
        View(row.at, row.name, SAW_IN_A_LIST if row.listed else _WORDS[row.action])
        for row in conn.execute(_VIEWS, asked)
    ]


def add_listed(conn: Connection, clients: Collection[int]) -> None:
    """Keep that the view that was just written to the trail showed these clients.

    It goes into the transaction of the view, in which no other row follows.
    """
    if clients:
        newest = conn.scalar(_NEWEST)
        conn.execute(_ADD, [{"client_id": one, "audit_id": newest} for one in sorted(clients)])
