"""Messages to clients in the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, Instant
from engine.model.message import REACHED_NOBODY, MessageKind, urgency_of
from engine.store.database.upsert import add_row
from engine.store.tables.messages import outbox

_SINCE = (
    select(outbox.c.client_id, func.count())
    .where(
        outbox.c.client_id.in_(bindparam("ids", expanding=True)),
        outbox.c.created_at >= bindparam("since"),
    )
    .group_by(outbox.c.client_id)
)
_QUESTIONS = select(outbox.c.sequence, outbox.c.state).where(
    outbox.c.client_id.in_(bindparam("ids", expanding=True)),
    outbox.c.kind == MessageKind.ASK,
    outbox.c.sequence.in_(bindparam("of", expanding=True)),
    outbox.c.state.not_in(("queued", *sorted(REACHED_NOBODY))),
)
_SENT = select(outbox.c.kind, outbox.c.sequence).where(
    outbox.c.client_id.in_(bindparam("ids", expanding=True)),
    outbox.c.kind.in_((MessageKind.ASK_AGAIN, MessageKind.DUE_NOTICE)),
    outbox.c.sequence.in_(bindparam("of", expanding=True)),
)
_LAST_TURN = select(func.max(outbox.c.due_at)).where(
    outbox.c.state == "queued",
    outbox.c.kind.in_((MessageKind.ASK, MessageKind.ASK_AGAIN, MessageKind.DUE_NOTICE)),
    outbox.c.due_at.between(bindparam("now"), bindparam("until")),
)
# How long texts of schedules wait for their turn at most.
LONGEST_TURN_US = 9 * MINUTE_US


class NewClientText(NamedTuple):
    """A message to a client that is not in the outbox yet.

    Attributes:
        client_id: The client.
        kind: What it is for.
        sequence: What sets it apart from others of its kind; the same one goes out once.
        body: The words.
        expires_at: When it is of no use any more.
        wait: How long it waits for others, such as those of `turn`.
        writer: The id of the member of staff who wrote it; 0 if the site's words did.
    """

    client_id: int
    kind: MessageKind
    sequence: int
    body: str
    expires_at: Instant
    wait: Duration = 0
    writer: int = 0


def enqueue(conn: Connection, text: NewClientText, now: Instant) -> int | None:
    """Put a message to a client into the outbox.

    Args:
        conn: A connection in a transaction that writes.
        text: The message.
        now: The present instant.

    Returns:
        Its id; None if the same one is there already.
    """
    row = {
        "client_id": text.client_id,
        "step": 0,
        "kind": text.kind,
        "sequence": text.sequence,
        "subject_id": text.writer,
        "urgency": urgency_of(text.kind, None),
        "body": text.body,
        "state": "queued",
        "created_at": now,
        "due_at": now + text.wait,
        "expires_at": text.expires_at,
        "updated_at": now,
    }
    return add_row(conn, outbox, row)


def turns(conn: Connection, now: Instant, apart: Duration) -> Iterator[Duration]:
    """Yield how long each next message of a schedule waits, so that it goes after the last one.

    A carrier takes some texts a second. More at once would wait there, and an urgent text behind
    them.

    Args:
        conn: A connection in a transaction that writes.
        now: The present instant.
        apart: How far apart the messages go out.
    """
    last = conn.scalar(_LAST_TURN, {"now": now, "until": now + LONGEST_TURN_US})
    wait = 0 if last is None else last - now + apart
    while True:
        yield min(wait, LONGEST_TURN_US)
        wait += apart


def count_since(conn: Connection, client_ids: Collection[int], since: Instant) -> dict[int, int]:
    """Return by client how many messages to them were made since an instant, if any were."""
    return dict(conn.execute(_SINCE, {"ids": sorted(client_ids), "since": since}).all())


def asked_of(
    conn: Connection, client_ids: Collection[int], expectation_ids: Sequence[int]
) -> tuple[set[int], set[int]]:
    """Return the expectations whose question went out, and those where that is in doubt."""
    if not expectation_ids:
        return set(), set()
    wanted = {"ids": sorted(client_ids), "of": list(expectation_ids)}
    states = {row.sequence: row.state for row in conn.execute(_QUESTIONS, wanted)}
    in_doubt = {one for one, state in states.items() if state in {"claimed", "unknown"}}
    return states.keys() - in_doubt, in_doubt


def sent_about(
    conn: Connection, client_ids: Collection[int], expectation_ids: Sequence[int]
) -> set[tuple[str, int]]:
    """Return the kind and the expectation of each reminder and notice that was made."""
    if not expectation_ids:
        return set()
    wanted = {"ids": sorted(client_ids), "of": list(expectation_ids)}
    return {(row.kind, row.sequence) for row in conn.execute(_SENT, wanted)}
