"""The outbox: messages wait here from their decision until the carrier's last report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select, update

from engine.model.instant import Instant
from engine.model.message import (
    FOLLOW_UPS,
    NEWS,
    REACHED_NOBODY,
    TO_SUPPORTERS,
    Claimed,
    MessageKind,
    NewMessage,
    OutboxState,
)
from engine.store.alerts.alerts import TOLD
from engine.store.database.upsert import add_row
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox

# None of them is the first to tell of an alert, so that no step waits for them.
_NO_TELLING = (*NEWS, *FOLLOW_UPS)


def enqueue(conn: Connection, message: NewMessage) -> int | None:
    """Put a message into the outbox.

    Returns:
        Its id; None if the outbox has the same message already.
    """
    row = {
        "alert_id": message.alert_id,
        "step": message.step,
        "staff_id": message.staff_id,
        "kind": message.kind,
        "sequence": message.sequence,
        "subject_id": message.subject_id,
        "urgency": message.urgency,
        "body": message.body,
        "state": "queued",
        "created_at": message.created_at,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "updated_at": message.created_at,
        "to_mentor": message.to_mentor,
    }
    return add_row(conn, outbox, row)


def cancel(
    conn: Connection, alert_ids: Collection[int], now: Instant, *, actor_id: int | None = None
) -> None:
    """Cancel the waiting messages about these alerts, but none that is being sent.

    If all messages of a telling are cancelled, nobody was told.

    Args:
        conn: The transaction.
        alert_ids: The alerts.
        now: The present instant.
        actor_id: The staff who has them or closed them, who still hears that a client wrote again.
    """
    if not alert_ids:
        return
    waiting = and_(outbox.c.alert_id.in_(alert_ids), outbox.c.state == "queued")
    if actor_id is not None:
        theirs = and_(outbox.c.staff_id == actor_id, outbox.c.kind == MessageKind.WROTE_AGAIN)
        waiting = and_(waiting, ~theirs)
    conn.execute(update(outbox).where(waiting).values(state="cancelled", updated_at=now))
    heard = select(outbox.c.id).where(
        outbox.c.alert_id == alerts.c.id,
        outbox.c.kind.not_in(NEWS),
        outbox.c.state != "cancelled",
        outbox.c.created_at >= alerts.c.notified_at,
    )
    unheard = and_(alerts.c.id.in_(alert_ids), ~heard.exists())
    conn.execute(update(alerts).where(unheard).values(notified_at=None))


@dataclass(frozen=True, slots=True)
class NewestMessage:
    """The newest message of a kind to a recipient about an alert."""

    state: OutboxState
    due_at: Instant


def newest(
    conn: Connection, alert_id: int, staff_id: int, kind: MessageKind
) -> NewestMessage | None:
    """Return the newest message of a kind to a recipient about an alert; None if there is none."""
    theirs = and_(
        outbox.c.alert_id == alert_id, outbox.c.staff_id == staff_id, outbox.c.kind == kind
    )
    wanted = select(outbox.c.state, outbox.c.due_at).where(theirs)
    row = conn.execute(wanted.order_by(outbox.c.id.desc()).limit(1)).first()
    return NewestMessage(*row) if row else None


def is_enqueued(conn: Connection, staff_id: int, kind: MessageKind, sequence: int) -> bool:
    """Return whether a recipient has a message of this kind and sequence about no alert."""
    same = and_(outbox.c.staff_id == staff_id, outbox.c.kind == kind, outbox.c.sequence == sequence)
    found = select(outbox.c.id).where(same, outbox.c.step == 0, outbox.c.alert_id.is_(None))
    return conn.scalar(found.limit(1)) is not None


def waits(conn: Connection, alert_id: int, staff_id: int, now: Instant) -> bool:
    """Return whether a text to a recipient about an alert was put off beyond `now`."""
    theirs = and_(outbox.c.alert_id == alert_id, outbox.c.staff_id == staff_id)
    queued = select(outbox.c.id).where(
        theirs,
        outbox.c.state == "queued",
        outbox.c.due_at > now,
        outbox.c.kind.not_in((*_NO_TELLING, MessageKind.NEWLY)),
    )
    return conn.scalar(queued.limit(1)) is not None


def bring_next_step_forward(
    conn: Connection, message: Claimed, now: Instant, *, again: bool = False
) -> bool:
    """Make an open alert's next step due, if this message leaves its step without a reader.

    With `again` this message's step is taken once more, because another recipient is there now.
    """
    if message.kind in _NO_TELLING:
        return False
    other = outbox.alias()
    told = select(other.c.id).where(
        other.c.alert_id == message.alert_id,
        other.c.kind.not_in(_NO_TELLING),
        or_(
            other.c.step > message.step,
            and_(other.c.step == message.step, other.c.state.not_in(REACHED_NOBODY)),
        ),
    )
    climbing = and_(alerts.c.state == "open", TOLD)
    waiting = update(alerts).where(alerts.c.id == message.alert_id, climbing, ~told.exists())
    step = {"step": message.step} if again else {}
    return conn.execute(waiting.values(next_step_at=now, step_set_at=now, **step)).rowcount == 1


def told_of(conn: Connection, alert_id: int) -> list[int]:
    """Return the staff who were told of an alert, or may be told at this moment."""
    told = and_(outbox.c.kind.not_in(NEWS), outbox.c.state.not_in((*REACHED_NOBODY, "queued")))
    wanted = select(outbox.c.staff_id).distinct().where(outbox.c.alert_id == alert_id, told)
    return list(conn.scalars(wanted.order_by(outbox.c.staff_id)))


def give_up_on(conn: Connection, staff_id: int, now: Instant) -> list[int]:
    """Cancel the messages that wait to be sent to a recipient.

    Returns:
        The alerts, locked, that no other recipient heard of by the same step or since.
    """
    mine, other = outbox.alias(), outbox.alias()
    step = select(func.max(mine.c.step)).where(
        mine.c.alert_id == alerts.c.id,
        mine.c.staff_id == staff_id,
        mine.c.kind.not_in(_NO_TELLING),
    )
    told = select(other.c.id).where(
        other.c.alert_id == alerts.c.id,
        other.c.staff_id != staff_id,
        other.c.kind.not_in(_NO_TELLING),
        other.c.state.not_in(REACHED_NOBODY),
        other.c.step >= step.scalar_subquery(),
    )
    climbing = and_(alerts.c.state == "open", TOLD)
    alone = and_(climbing, step.scalar_subquery().is_not(None), ~told.exists())
    # Alerts first: every action on an alert locks it before its messages, so no deadlock arises.
    found = list(
        conn.scalars(
            select(alerts.c.id).where(alone).order_by(alerts.c.id).with_for_update(of=alerts)
        )
    )
    theirs = update(outbox).where(outbox.c.staff_id == staff_id, outbox.c.state == "queued")
    conn.execute(theirs.values(state="cancelled", updated_at=now))
    return found


def cancel_to_client(conn: Connection, client_id: int, now: Instant) -> None:
    """Cancel the texts to a client that wait."""
    theirs = update(outbox).where(outbox.c.client_id == client_id, outbox.c.state == "queued")
    conn.execute(theirs.values(state="cancelled", updated_at=now))


def count_to_supporter(conn: Connection, staff_id: int, since: Instant) -> int:
    """Return how many texts to a supporter were made since an instant and not cancelled."""
    wanted = select(func.count()).where(
        outbox.c.staff_id == staff_id,
        outbox.c.kind.in_(TO_SUPPORTERS),
        outbox.c.created_at >= since,
        outbox.c.state != "cancelled",
    )
    return conn.scalar(wanted) or 0


def sessions_told(
    conn: Connection, staff_ids: Collection[int], expectation_ids: Collection[int]
) -> set[tuple[str, int]]:
    """Return the kind and the expectation of each family session that supporters heard of."""
    wanted = select(outbox.c.kind, outbox.c.sequence).where(
        outbox.c.staff_id.in_(staff_ids),
        outbox.c.kind == MessageKind.SUPPORTER_SESSION,
        outbox.c.sequence.in_(expectation_ids),
    )
    return {(row.kind, row.sequence) for row in conn.execute(wanted)}


@dataclass(frozen=True, slots=True)
class LessonsSent:
    """How many messages of a series a supporter was sent, and when the last one was made."""

    number: int = 0
    last_at: Instant = 0


def lessons_since(conn: Connection, staff_id: int, given_at: Instant) -> LessonsSent:
    """Return what a supporter was sent of a series since they agreed to it."""
    wanted = select(func.count(), func.coalesce(func.max(outbox.c.created_at), 0)).where(
        outbox.c.staff_id == staff_id,
        outbox.c.kind == MessageKind.LESSON,
        outbox.c.created_at >= given_at,
    )
    return LessonsSent(*conn.execute(wanted).one())


def newest_state(
    conn: Connection, staff_ids: Collection[int], kinds: Collection[MessageKind]
) -> OutboxState | None:
    """Return the state of the newest message of some kinds to some people; None without one."""
    wanted = select(outbox.c.state).where(
        outbox.c.staff_id.in_(staff_ids), outbox.c.kind.in_(kinds)
    )
    state: OutboxState | None = conn.scalar(wanted.order_by(outbox.c.id.desc()).limit(1))
    return state
