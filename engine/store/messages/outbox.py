"""The outbox: messages wait here from their decision until the carrier's last report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    update,
)

from engine.model.alert import Alert
from engine.model.duration import Duration
from engine.model.instant import LAST_US, MINUTE_US, Instant
from engine.model.message import (
    DECISIONS,
    NEWS,
    REACHED_NOBODY,
    TRANSITIONS,
    URGENT,
    Claimed,
    MessageKind,
    NewMessage,
    OutboxState,
    Settlement,
    Silent,
    Standing,
)
from engine.model.rule import SEVERITIES
from engine.model.staff import RecipientFacts
from engine.store.alerts.alerts import TOLD
from engine.store.database.locks import lock
from engine.store.database.upsert import add_row
from engine.store.messages import grouping
from engine.store.people import absences, opt_outs
from engine.store.people.staff import consents_for, read
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff

_CLAIMED = [
    outbox.c[name]
    for name in (
        "id",
        "state",
        "alert_id",
        "step",
        "staff_id",
        "kind",
        "body",
        "created_at",
        "expires_at",
        "attempts",
    )
]
_STAFF = list(staff.c)
_ALERT = [alerts.c[name] for name in Alert.__dataclass_fields__]

# Statements of each message are made once, because making one takes longer than running it.
_lent_to_nobody = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now"))
# One text at a time goes to a number, even a shared one, so that texts arrive in order.
_busy, _going = staff.alias(), outbox.alias()
_NUMBER_IS_FREE = outbox.c.staff_id.not_in(
    select(staff.c.id)
    .join(_busy, _busy.c.phone == staff.c.phone)
    .join(_going, _going.c.staff_id == _busy.c.id)
    .where(_going.c.state == "claimed")
)
_IN_ORDER = (outbox.c.urgency, outbox.c.due_at, outbox.c.id)
_QUEUED = (
    select(*_IN_ORDER)
    .where(
        outbox.c.state == "queued",
        outbox.c.urgency <= bindparam("least_urgent"),
        or_(outbox.c.due_at <= bindparam("now"), outbox.c.expires_at <= bindparam("now")),
        grouping.ON_ITS_OWN,
        _NUMBER_IS_FREE,
    )
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_IN_DOUBT = (
    select(*_IN_ORDER)
    .where(
        outbox.c.state == "unknown",
        outbox.c.urgency <= bindparam("least_urgent"),
        outbox.c.due_at <= bindparam("now"),
        _lent_to_nobody,
    )
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_LEND = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=case((outbox.c.state == "queued", "claimed"), else_=outbox.c.state),
        claimed_by=bindparam("owner"),
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
        updated_at=bindparam("now"),
    )
    .returning(*_CLAIMED)
)
_STANDING = (
    select(*_STAFF, *_ALERT, outbox.c.to_mentor, alerts.c.told_at, alerts.c.next_step_at)
    .select_from(outbox.join(staff).outerjoin(alerts, alerts.c.id == outbox.c.alert_id))
    .where(outbox.c.id == bindparam("message"))
)
_ANY = len(SEVERITIES)
_ANY_CLAIMED = select(outbox.c.id).where(outbox.c.state == "claimed").limit(1)
_URGENT = (
    select(outbox.c.id)
    .where(
        outbox.c.state == "queued",
        outbox.c.urgency == URGENT,
        outbox.c.due_at <= bindparam("now"),
        outbox.c.created_at <= bindparam("made_before"),
        outbox.c.bundle_id.is_(None),
    )
    .limit(1)
)
# Skipping what another daemon is doubting just now: two of them can then never wait for each other.
_run_out = (
    select(outbox.c.id)
    .where(outbox.c.state == "claimed", outbox.c.lease_until <= bindparam("now"))
    .with_for_update(skip_locked=True)
)
_DOUBT = (
    update(outbox)
    .where(outbox.c.id.in_(_run_out))
    .values(
        state="unknown",
        claimed_by=None,
        lease_until=None,
        due_at=bindparam("now"),
        updated_at=bindparam("now"),
    )
)
_SAME_WORDS = select(outbox.c.provider_id).where(
    outbox.c.staff_id == bindparam("staff"),
    outbox.c.body == bindparam("words"),
    outbox.c.id != bindparam("message"),
    outbox.c.provider_id.is_not(None),
)


# An urgent message that waits longer is a broken promise.
URGENT_WITHIN_US = MINUTE_US


@cache
def _settled(state: OutboxState, *, first: bool) -> Update:
    """A message comes to a state.

    `first` is whether it was sent by this claim, and not by one before.
    """
    leading_here = [before for before, states in TRANSITIONS.items() if state in states]
    ours: ColumnElement[bool] = (
        outbox.c.claimed_by == bindparam("owner") if state in DECISIONS else true()
    )
    sent_at: ColumnElement[Any] = outbox.c.sent_at
    if state in {"accepted", "unknown", "sent", "delivered", "undelivered"}:
        sent_at = bindparam("now") if first else func.coalesce(outbox.c.sent_at, bindparam("now"))
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("message"), outbox.c.state.in_(leading_here), ours)
        .values(
            state=state,
            claimed_by=None,
            lease_until=None,
            due_at=func.coalesce(bindparam("later", type_=outbox.c.due_at.type), outbox.c.due_at),
            provider_id=func.coalesce(
                bindparam("provider", type_=outbox.c.provider_id.type), outbox.c.provider_id
            ),
            error_code=bindparam("code"),
            error_text=bindparam("text"),
            updated_at=bindparam("now"),
            sent_at=sent_at,
        )
    )


def enqueue(conn: Connection, message: NewMessage) -> int | None:
    """Put a message into the outbox.

    Returns:
        Its id; None where the same one, by what makes it unique, is there already.
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


def claim_due(
    conn: Connection,
    now: Instant,
    owner: str,
    lease_us: Duration,
    limit: int,
    *,
    urgent_only: bool = False,
    alone: bool = False,
) -> list[Claimed]:
    """Lend messages to send or to look up, the most urgent first, then the longest due.

    A message whose lease ran out may have been sent by an owner that died, so it is `unknown` from
    then on. One that is past its time is due too, because its end is to be written down. Nothing is
    lent to a number to which a text is just going.

    Args:
        conn: A connection in a transaction that writes.
        now: The present instant.
        owner: The name of the sender.
        lease_us: How long the messages are lent.
        limit: How many at most.
        urgent_only: Whether others than urgent ones are left alone.
        alone: Whether nothing is lent while another message is being sent.
    """
    # Two senders must not choose texts to one number at the same moment.
    lock(conn, "send")
    conn.execute(_DOUBT, {"now": now})
    if alone and conn.scalar(_ANY_CLAIMED) is not None:
        return []
    most = {"now": now, "most": limit, "least_urgent": URGENT if urgent_only else _ANY}
    found = [row for wanted in (_QUEUED, _IN_DOUBT) for row in conn.execute(wanted, most)]
    chosen = [row.id for row in sorted(found, key=tuple)[:limit]]
    if not chosen:
        return []
    lent = conn.execute(_LEND, {"ids": chosen, "owner": owner, "until": now + lease_us, "now": now})
    rows = {row.id: Claimed(*row) for row in lent}
    return [rows[message_id] for message_id in chosen]


def urgent_due(conn: Connection, now: Instant) -> bool:
    """Return whether an urgent message waits to be sent."""
    return conn.scalar(_URGENT, {"now": now, "made_before": now}) is not None


def urgent_overdue(conn: Connection, now: Instant) -> int:
    """Return how many urgent messages have waited for longer than is promised."""
    waiting = select(func.count()).select_from(_URGENT.limit(None).subquery())
    return conn.scalar(waiting, {"now": LAST_US, "made_before": now - URGENT_WITHIN_US}) or 0


def standing(conn: Connection, message: Claimed, now: Instant) -> Standing:
    """Read how things stand for a message at `now`.

    Facts that may have changed since it was made.
    """
    found: Any = conn.execute(_STANDING, {"message": message.id}).one()
    alert = Alert(*found[len(_STAFF) : len(_STAFF) + len(_ALERT)]) if message.alert_id else None
    recipient = read(found)
    mentor = recipient.role == "mentor" or found.to_mentor
    consents = consents_for(conn, alert.client_id, recipient.id) if mentor and alert else ()
    away = {one.staff_id for one in absences.lasting(conn, now, now + 1)}
    return Standing(
        alert,
        RecipientFacts(
            recipient,
            opted_out=opt_outs.holds(conn, recipient.phone),
            absent=recipient.id in away,
            as_mentor=mentor,
            consents=tuple(consents),
        ),
        _others(conn, message),
        found.told_at,
        found.next_step_at if alert and alert.state == "open" else None,
    )


def settle(
    conn: Connection, message: Claimed, settlement: Settlement, owner: str, now: Instant
) -> bool:
    """Record the outcome of a claimed message and end the claim; False if the claim is lost.

    A carrier's report counts even if another holds the claim, except that no state leads back. A
    decision counts only while `owner` holds it.
    """
    result = settlement.result
    said = {
        "message": message.id,
        "owner": owner,
        "now": now,
        "later": settlement.due_at,
        "provider": result.provider_id if result else None,
        "code": result.error_code if result else None,
        "text": result.error_text if result else None,
    }
    if (
        conn.execute(_settled(settlement.state, first=message.state == "claimed"), said).rowcount
        != 1
    ):
        return False
    grouping.follow(conn, message.id, settlement.state, now)
    return True


def cancel(
    conn: Connection, alert_ids: Collection[int], now: Instant, *, actor_id: int | None = None
) -> None:
    """Cancel the messages that wait about these alerts, but none that is being sent.

    If all of a telling is taken back, nobody was told.

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
    """Read the newest message of a kind to a recipient about an alert, or None."""
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
        outbox.c.kind.not_in((*NEWS, MessageKind.NEWLY)),
    )
    return conn.scalar(queued.limit(1)) is not None


def bring_next_step_forward(
    conn: Connection, message: Claimed, now: Instant, *, again: bool = False
) -> bool:
    """Make an open alert's next step due, if this message leaves its step without a reader.

    With `again` this message's step is taken once more, because another recipient is there by now.
    """
    if message.kind in NEWS:
        return False
    other = outbox.alias()
    told = select(other.c.id).where(
        other.c.alert_id == message.alert_id,
        other.c.kind.not_in(NEWS),
        or_(
            other.c.step > message.step,
            and_(other.c.step == message.step, other.c.state.not_in(REACHED_NOBODY)),
        ),
    )
    climbing = and_(alerts.c.state == "open", TOLD)
    waiting = update(alerts).where(alerts.c.id == message.alert_id, climbing, ~told.exists())
    step = {"step": message.step} if again else {}
    return conn.execute(waiting.values(next_step_at=now, **step)).rowcount == 1


def reported_on(conn: Connection, message_id: int, provider_id: str) -> Claimed | None:
    """Return the message that a report is about, locked.

    It is None if the message has another id, or the id belongs to another message.
    """
    stranger = outbox.alias()
    elsewhere = select(stranger.c.id).where(
        stranger.c.provider_id == provider_id, stranger.c.id != message_id
    )
    same = or_(outbox.c.provider_id.is_(None), outbox.c.provider_id == provider_id)
    wanted = select(*_CLAIMED).where(outbox.c.id == message_id, same, ~elsewhere.exists())
    row = conn.execute(wanted.with_for_update(of=outbox)).first()
    return Claimed(*row) if row else None


def silent(
    conn: Connection, now: Instant, after_us: Duration, until_us: Duration, limit: int
) -> list[Silent]:
    """Return up to `limit` messages without a last report for `after_us` to `until_us`.

    None of them is given again before it has been silent for twice as long.
    """
    sent_at = func.coalesce(outbox.c.sent_at, outbox.c.updated_at)
    chosen = list(
        conn.scalars(
            select(outbox.c.id)
            .where(
                outbox.c.state.in_(("accepted", "sent")),
                outbox.c.provider_id.is_not(None),
                outbox.c.due_at <= now,
            )
            .where(sent_at <= now - after_us, sent_at > now - until_us)
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    asked = update(outbox).where(outbox.c.id.in_(chosen)).values(due_at=now + (now - sent_at))
    rows = conn.execute(asked.returning(outbox.c.id, outbox.c.provider_id)) if chosen else ()
    return sorted((Silent(row.id, row.provider_id) for row in rows), key=lambda one: one.id)


def told_of(conn: Connection, alert_id: int) -> list[int]:
    """The staff who were told of an alert, or may just be being told."""
    told = and_(outbox.c.kind.not_in(NEWS), outbox.c.state.not_in((*REACHED_NOBODY, "queued")))
    wanted = select(outbox.c.staff_id).distinct().where(outbox.c.alert_id == alert_id, told)
    return list(conn.scalars(wanted.order_by(outbox.c.staff_id)))


def last_body(conn: Connection, alert_id: int, staff_id: int) -> str | None:
    """Return the words by which a recipient was last told of an alert."""
    theirs = and_(outbox.c.alert_id == alert_id, outbox.c.staff_id == staff_id)
    told = select(outbox.c.body).where(theirs, outbox.c.kind.not_in(NEWS))
    return conn.scalar(told.order_by(outbox.c.id.desc()).limit(1))


def give_up_on(conn: Connection, staff_id: int, now: Instant) -> list[int]:
    """Cancel the messages that wait to be sent to a recipient.

    Returns:
        The alerts, locked, that no other recipient heard of by the same step or since.
    """
    mine, other = outbox.alias(), outbox.alias()
    step = select(func.max(mine.c.step)).where(
        mine.c.alert_id == alerts.c.id,
        mine.c.staff_id == staff_id,
        mine.c.kind.not_in(NEWS),
    )
    told = select(other.c.id).where(
        other.c.alert_id == alerts.c.id,
        other.c.staff_id != staff_id,
        other.c.kind.not_in(NEWS),
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


@dataclass(frozen=True, slots=True)
class DeafPhone:
    """A phone that the last text did not reach: whose it is, and the carrier's error."""

    staff_ref: str
    error_code: str | None


def deaf_phones(conn: Connection, since: Instant) -> list[DeafPhone]:
    """Read whose phone refused or lost the last text to it, by ref.

    Args:
        conn: The connection to read from.
        since: Only texts that were due since then.

    Returns:
        Active staff and mentors who did not opt out.
    """
    later = outbox.alias()
    reached = select(later.c.id).where(
        later.c.staff_id == outbox.c.staff_id,
        later.c.id > outbox.c.id,
        later.c.state.in_(("accepted", "sent", "delivered")),
    )
    lost = and_(
        outbox.c.state.in_(("failed", "undelivered")),
        outbox.c.due_at >= since,
        outbox.c.error_code.is_not(None),
    )
    wanted = (
        select(staff.c.ref, staff.c.phone, outbox.c.error_code)
        .join(staff, staff.c.id == outbox.c.staff_id)
        .where(lost, staff.c.active, ~reached.exists())
        .order_by(staff.c.ref, outbox.c.id)
    )
    opted_out = opt_outs.numbers(conn)
    last = {row.ref: row for row in conn.execute(wanted) if row.phone not in opted_out}
    return [DeafPhone(row.ref, row.error_code) for row in last.values()]


def overdue(conn: Connection, before: Instant) -> int:
    """How many claims ran out before `before` without anybody looking into them."""
    lost = and_(outbox.c.state.in_(("claimed", "unknown")), outbox.c.lease_until < before)
    return conn.scalar(select(func.count()).select_from(outbox).where(lost)) or 0


def _others(conn: Connection, message: Claimed) -> frozenset[str]:
    same_words = {"staff": message.staff_id, "words": message.body, "message": message.id}
    return frozenset(conn.scalars(_SAME_WORDS, same_words))
