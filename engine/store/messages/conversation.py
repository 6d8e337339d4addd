"""A client's conversation: the newest texts from the client and to the client."""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, func, select

from engine.model.conversation import TextOfClient, TextToClient
from engine.model.message import MessageKind
from engine.model.staff import shown
from engine.store.tables.access import accounts
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.people import staff

_CAME_IN = (
    select(inbox.c.id, inbox.c.received_at, inbox.c.body, inbox.c.answer)
    .add_columns(accounts.c.name, inbox.c.seen_at)
    .outerjoin(accounts, accounts.c.id == inbox.c.seen_by)
    .where(inbox.c.client_id == bindparam("client"))
    .order_by(inbox.c.id.desc())
    .limit(bindparam("most"))
)
_WRITER = and_(outbox.c.kind == MessageKind.ANSWER, staff.c.id == outbox.c.subject_id)
_WENT_OUT = (
    select(outbox, staff.c.ref, staff.c.call_name)
    .outerjoin(staff, _WRITER)
    .where(outbox.c.client_id == bindparam("client"))
    .order_by(outbox.c.id.desc())
    .limit(bindparam("most"))
)
_NEWEST = select(func.max(inbox.c.id)).where(inbox.c.client_id == bindparam("client"))


def newest(conn: Connection, client_id: int) -> int:
    """Return the id of the newest text that came in from a client; 0 without any."""
    return conn.scalar(_NEWEST, {"client": client_id}) or 0


def read(conn: Connection, client_id: int, most: int) -> list[TextOfClient | TextToClient]:
    """Return the newest texts in either direction, at most `most` of each, the oldest first."""
    asked = {"client": client_id, "most": most}
    came = [TextOfClient(*row) for row in conn.execute(_CAME_IN, asked)]
    went = [
        TextToClient(
            row.id, row.created_at, row.body, row.kind, row.ref and shown(row.ref, row.call_name),
            row.state, row.due_at, row.sent_at, row.updated_at, row.error_code,
        )
        for row in conn.execute(_WENT_OUT, asked)
    ]  # fmt: skip
    return sorted([*came, *went], key=lambda one: (one.at, isinstance(one, TextToClient), one.id))
