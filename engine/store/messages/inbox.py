"""The inbox: every incoming text, once, with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from engine.model.inbound import Inbound
from engine.model.instant import MINUTE_US, Instant
from engine.store.database.prepared import prepared
from engine.store.database.upsert import add_row
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import inbox, inbox_alerts
from engine.store.tables.people import clients, staff

_LINK = prepared(insert(inbox_alerts))
# A person who asks for the list again within this time gets its next page.
_READING_US = 30 * MINUTE_US
_MOST_PAGES = 50
# Texts that a phone writes, not its owner.
_NO_WORDS = ("reaction", "auto_reply")
# The most texts that one sentence may be split into.
_MOST_PARTS = 6
_LINKS = (
    select(inbox_alerts.c.inbox_id, inbox_alerts.c.alert_id)
    .join(inbox, inbox.c.id == inbox_alerts.c.inbox_id)
    .outerjoin(clients, clients.c.id == inbox.c.client_id)
    .order_by(inbox_alerts.c.alert_id)
)
_RECEIVED = (
    select(
        inbox.c.id,
        inbox.c.received_at,
        inbox.c.body,
        inbox.c.understood,
        inbox.c.answer,
        clients.c.ref.label("client_ref"),
        staff.c.ref.label("staff_ref"),
    )
    .outerjoin(clients, clients.c.id == inbox.c.client_id)
    .outerjoin(staff, staff.c.id == inbox.c.staff_id)
    .order_by(inbox.c.id)
)


def add(conn: Connection, inbound: Inbound, now: Instant) -> int | None:
    """Put a text into the inbox; return its id, or None if it is there already.

    On PostgreSQL it waits for another transaction that is just adding the text.
    """
    row = {
        "provider_id": inbound.provider_id,
        "sender": _storable(inbound.sender)[:40],
        "body": _storable(inbound.body),
        "received_at": now,
    }
    return add_row(conn, inbox, row)


@dataclass(frozen=True, slots=True)
class ReadText:
    """The meaning of a text, its answer, its sender, and the alerts to which it belongs."""

    understood: str
    answer: str | None
    client_id: int | None
    staff_id: int | None
    alert_ids: Iterable[int]


def settle(conn: Connection, inbox_id: int, read: ReadText) -> None:
    """Record the meaning and the answer of a text."""
    conn.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(
            understood=read.understood,
            answer=read.answer,
            client_id=read.client_id,
            staff_id=read.staff_id,
        )
    )
    linked = [
        {"inbox_id": inbox_id, "alert_id": alert_id} for alert_id in sorted(set(read.alert_ids))
    ]
    if linked:
        conn.execute(_LINK, linked)


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """An incoming text for people to read.

    Refs are None if the number belonged to nobody of that sort.
    """

    id: int
    received_at: Instant
    body: str
    understood: str | None
    answer: str | None
    client_ref: str | None
    staff_ref: str | None
    alert_ids: Sequence[int] = ()


def received(conn: Connection, client_ref: str | None = None) -> list[ReceivedText]:
    """Return the incoming texts, the oldest first.

    Args:
        conn: The connection to read from.
        client_ref: Only texts of this client, and those about the client's alerts; None for all.

    Returns:
        The texts, each with its alerts.
    """
    if client_ref is None:
        return _read(conn)
    about = (
        select(inbox_alerts.c.inbox_id)
        .join(alerts, alerts.c.id == inbox_alerts.c.alert_id)
        .join(clients, clients.c.id == alerts.c.client_id)
        .where(clients.c.ref == client_ref)
    )
    return _read(conn, or_(clients.c.ref == client_ref, inbox.c.id.in_(about)))


def of_alert(conn: Connection, alert_id: int) -> list[ReceivedText]:
    """Return the texts that belong to an alert, the oldest first."""
    about = select(inbox_alerts.c.inbox_id).where(inbox_alerts.c.alert_id == alert_id)
    return _read(conn, inbox.c.id.in_(about))


def count_of_alert(conn: Connection, alert_id: int) -> int:
    """Return how many texts belong to an alert."""
    theirs = select(func.count()).where(inbox_alerts.c.alert_id == alert_id)
    return conn.scalar(theirs) or 0


def _read(conn: Connection, *which: ColumnElement[bool]) -> list[ReceivedText]:
    linked: dict[int, list[int]] = {}
    for text_id, alert_id in conn.execute(_LINKS.where(*which)):
        linked.setdefault(text_id, []).append(alert_id)
    rows = conn.execute(_RECEIVED.where(*which))
    return [ReceivedText(*row, alert_ids=tuple(linked.get(row.id, ()))) for row in rows]


def answer_to(conn: Connection, provider_id: str) -> str | None:
    """Return the answer to a text that is in the inbox."""
    return conn.scalar(select(inbox.c.answer).where(inbox.c.provider_id == provider_id))


def lacking(conn: Connection, provider_ids: Sequence[str]) -> list[str]:
    """Return the carrier's ids that are not in the inbox, in the given order."""
    known = set(
        conn.scalars(select(inbox.c.provider_id).where(inbox.c.provider_id.in_(provider_ids)))
    )
    return [each for each in provider_ids if each not in known]


class LastText(NamedTuple):
    """A text that came in before, and what it was understood as."""

    understood: str | None
    body: str


def last_texts(conn: Connection, sender: str, before: int, limit: int) -> list[LastText]:
    """Return the sender's last texts before this one, the latest first."""
    last = select(inbox.c.understood, inbox.c.body).where(
        inbox.c.sender == sender, inbox.c.id < before
    )
    return [LastText(*row) for row in conn.execute(last.order_by(inbox.c.id.desc()).limit(limit))]


def bodies_since(conn: Connection, sender: str, since: Instant, before: int) -> list[str]:
    """Read the sender's own words since an instant and before this text, the oldest first.

    Reactions and automatic replies are left out, because their words are not the sender's.
    """
    theirs = select(inbox.c.body).where(
        inbox.c.sender == sender,
        inbox.c.id < before,
        inbox.c.received_at >= since,
        or_(inbox.c.understood.is_(None), inbox.c.understood.not_in(_NO_WORDS)),
    )
    return list(conn.scalars(theirs.order_by(inbox.c.id)))[-_MOST_PARTS:]


def strangers_in_danger(conn: Connection, since: Instant) -> list[str]:
    """Read the unknown numbers that sent words of danger since an instant, one for each text."""
    theirs = select(inbox.c.sender).where(
        inbox.c.received_at >= since,
        inbox.c.understood == "crisis",
        inbox.c.client_id.is_(None),
        inbox.c.staff_id.is_(None),
    )
    return list(conn.scalars(theirs.order_by(inbox.c.id)))


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer to a phone."""

    answer: str | None
    received_at: Instant


def last_answer(conn: Connection, sender: str, before: int) -> LastAnswer | None:
    """Return the answer to the sender's text before this one; None if there is no such text."""
    wanted = select(inbox.c.answer, inbox.c.received_at)
    wanted = wanted.where(inbox.c.sender == sender, inbox.c.id < before)
    row = conn.execute(wanted.order_by(inbox.c.id.desc()).limit(1)).first()
    return LastAnswer(row.answer, row.received_at) if row else None


def listed_before(conn: Connection, sender: str, before: int, now: Instant) -> int:
    """Return how many texts in a row, just before this one, asked for the list."""
    last = select(inbox.c.understood, inbox.c.received_at)
    last = last.where(inbox.c.sender == sender, inbox.c.id < before)
    rows = conn.execute(last.order_by(inbox.c.id.desc()).limit(_MOST_PAGES))
    asked = takewhile(
        lambda row: row.understood == "list" and now - row.received_at <= _READING_US, rows
    )
    return sum(1 for _ in asked)


def answered_at(conn: Connection, sender: str, before: int) -> Instant | None:
    """Return when the sender last wrote and was answered, before this text."""
    theirs = select(func.max(inbox.c.received_at)).where(inbox.c.sender == sender)
    return conn.scalar(theirs.where(inbox.c.id < before, inbox.c.answer.is_not(None)))


def _storable(text: str) -> str:
    # PostgreSQL stores no NUL, and neither database half of a pair of surrogates.
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
