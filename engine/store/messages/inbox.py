"""The inbox: every text that came in, once, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from engine.model.inbound import Inbound
from engine.model.instant import Instant
from engine.store.database.upsert import add_row
from engine.store.tables.messages import inbox


def add(conn: Connection, inbound: Inbound, now: Instant) -> int | None:
    """Put a text into the inbox; its id, or None where it is there already.

    On PostgreSQL a text that another transaction is just adding is waited for.
    """
    row = {
        "provider_id": inbound.provider_id,
        "sender": _storable(inbound.sender)[:40],
        "body": _storable(inbound.body),
        "received_at": now,
    }
    return add_row(conn, inbox, row)


def settle(conn: Connection, inbox_id: int, understood: str, answer: str | None) -> None:
    """Write down what a text was understood as, and what was answered."""
    conn.execute(
        update(inbox).where(inbox.c.id == inbox_id).values(understood=understood, answer=answer)
    )


def answer_to(conn: Connection, provider_id: str) -> str | None:
    """What was answered to a text that is in the inbox."""
    return conn.scalar(select(inbox.c.answer).where(inbox.c.provider_id == provider_id))


def lacking(conn: Connection, provider_ids: Sequence[str]) -> list[str]:
    """Those of the carrier's ids that are not in the inbox, in the order given."""
    known = set(
        conn.scalars(select(inbox.c.provider_id).where(inbox.c.provider_id.in_(provider_ids)))
    )
    return [each for each in provider_ids if each not in known]


def last_understood(conn: Connection, sender: str, before: Instant, limit: int) -> list[str | None]:
    """As what the sender's last texts before this one were understood, the latest first."""
    last = select(inbox.c.understood).where(inbox.c.sender == sender, inbox.c.id < before)
    return list(conn.scalars(last.order_by(inbox.c.id.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer to a phone."""

    answer: str | None
    received_at: Instant


def last_answer(conn: Connection, sender: str, before: int) -> LastAnswer | None:
    """Read the answer to the sender's text before this one; None if there is no such text."""
    wanted = select(inbox.c.answer, inbox.c.received_at)
    wanted = wanted.where(inbox.c.sender == sender, inbox.c.id < before)
    row = conn.execute(wanted.order_by(inbox.c.id.desc()).limit(1)).first()
    return LastAnswer(row.answer, row.received_at) if row else None


def _storable(text: str) -> str:
    # PostgreSQL stores no NUL, and neither database half of a pair of surrogates.
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
