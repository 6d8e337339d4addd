"""Claims on the outbox: a sender borrows a message, and the carrier's answer settles it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    true,
    update,
)

from engine.model.alert import Alert
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.message import (
    BESIDE_ALERTS,
    DECISIONS,
    FOLLOW_UPS,
    REACHED_NOBODY,
    TRANSITIONS,
    URGENT,
    Claimed,
    MessageKind,
    OutboxState,
    Settlement,
    Silent,
    Standing,
    Twins,
    way_of,
)
from engine.model.rule import SEVERITIES
from engine.model.staff import RecipientFacts
from engine.store.alerts import due_clients
from engine.store.database.locks import lock
from engine.store.database.prepared import prepared
from engine.store.messages import grouping
from engine.store.operations import channel_state
from engine.store.people import absences, agreements, opt_outs, staff_attributes, supporters
from engine.store.people.staff import consents_for, read
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients, staff

_STAFF_ID = func.coalesce(outbox.c.staff_id, 0)
_CLIENT_ID = func.coalesce(outbox.c.client_id, 0)
_CLAIMED = [
    *(outbox.c[name] for name in ("id", "state", "alert_id", "step")),
    _STAFF_ID.label("staff_id"),
    *(outbox.c[name] for name in ("kind", "body", "created_at", "expires_at", "attempts")),
    *(outbox.c[name] for name in ("phone", "sent_at", "client_id", "sequence", "subject_id")),
]
_STAFF = list(staff.c)
_ALERT = [alerts.c[name] for name in Alert.__dataclass_fields__]
_lent_to_nobody = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now"))
# One text at a time goes to a number, even a shared one, so that texts arrive in order. None goes
# while one is looked up, because it could be taken for that one.
_going = outbox.alias()
_BUSY = select(_going.c.phone).where(
    _going.c.state.in_(("claimed", "unknown")),
    _going.c.lease_until > bindparam("now"),
    _going.c.phone.is_not(None),
)
_NUMBER_IS_FREE = and_(
    _STAFF_ID.not_in(select(staff.c.id).where(staff.c.phone.in_(_BUSY))),
    _CLIENT_ID.not_in(select(clients.c.id).where(clients.c.phone.in_(_BUSY))),
)
# An urgent text is tried once even if the channel is stopped, because a carrier that takes texts
# and answers too late looks like one that takes none.
_WANTED_KIND = or_(
    bindparam("every_kind", type_=Boolean),
    outbox.c.kind.in_(FOLLOW_UPS),
    and_(outbox.c.urgency <= URGENT, outbox.c.attempts == 0),
)
_IN_ORDER = (outbox.c.urgency, outbox.c.due_at, outbox.c.id)
_QUEUED = prepared(
    select(*_IN_ORDER)
    .where(
        outbox.c.state == "queued",
        outbox.c.urgency <= bindparam("least_urgent"),
        or_(outbox.c.due_at <= bindparam("now"), outbox.c.expires_at <= bindparam("now")),
        grouping.ON_ITS_OWN,
        _NUMBER_IS_FREE,
        _WANTED_KIND,
    )
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_IN_DOUBT = prepared(
    select(*_IN_ORDER)
    .where(
        outbox.c.state == "unknown",
        outbox.c.urgency <= bindparam("least_urgent"),
        outbox.c.due_at <= bindparam("now"),
        _lent_to_nobody,
        _WANTED_KIND,
        or_(outbox.c.phone.is_(None), outbox.c.phone.not_in(_BUSY)),
    )
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_number_of_today = func.coalesce(
    select(staff.c.phone).where(staff.c.id == outbox.c.staff_id).scalar_subquery(),
    select(clients.c.phone).where(clients.c.id == outbox.c.client_id).scalar_subquery(),
)
_LEND = prepared(
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=case((outbox.c.state == "queued", "claimed"), else_=outbox.c.state),
        claimed_by=bindparam("owner"),
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
        # Recorded before it is handed over, because the number may change until it is looked up.
        phone=case((outbox.c.state == "queued", _number_of_today), else_=outbox.c.phone),
        sent_at=case((outbox.c.state == "queued", bindparam("now")), else_=outbox.c.sent_at),
        updated_at=bindparam("now"),
    )
    .returning(*_CLAIMED)
)
_STANDING = prepared(
    select(*_STAFF, *_ALERT, outbox.c.to_mentor, alerts.c.told_at, alerts.c.next_step_at)
    .select_from(outbox.join(staff).outerjoin(alerts, alerts.c.id == bindparam("alert")))
    .where(outbox.c.id == bindparam("message"))
)
_ANY = len(SEVERITIES)
_ANY_CLAIMED = prepared(select(outbox.c.id).where(outbox.c.state == "claimed").limit(1))
# Skips rows that another daemon is doubting now, so that two daemons never wait for each other.
_run_out = (
    select(outbox.c.id)
    .where(outbox.c.state == "claimed", outbox.c.lease_until <= bindparam("now"))
    .with_for_update(skip_locked=True)
)
_DOUBT = prepared(
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
_TWINS = select(outbox.c.provider_id, outbox.c.state, outbox.c.sent_at).where(
    outbox.c.phone == bindparam("number"),
    outbox.c.body == bindparam("words"),
    outbox.c.id != bindparam("message"),
)


@cache
def _settled(state: OutboxState, *, first: bool) -> Update:
    """Make the statement that gives a message a state.

    `first` is whether this claim sent it, and not one before.
    """
    leading_here = [before for before, states in TRANSITIONS.items() if state in states]
    ours: ColumnElement[bool] = (
        outbox.c.claimed_by == bindparam("owner") if state in DECISIONS else true()
    )
    sent_at: ColumnElement[Any] = func.coalesce(outbox.c.sent_at, bindparam("now"))
    if state == "queued" or (first and state in {"cancelled", "expired"}):
        sent_at = null()
    return prepared(
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


def take_turn(conn: Connection) -> None:
    """Wait until no other sender chooses a message.

    Two senders must not choose texts to one number at the same moment.
    """
    lock(conn, "send")


def claim_due(
    conn: Connection,
    now: Instant,
    owner: str,
    lease_us: Duration,
    limit: int,
    *,
    urgent_only: bool = False,
    alone: bool = False,
    stopped: bool = False,
) -> list[Claimed]:
    """Lend messages to send or to look up, the most urgent first, then the longest due.

    A message whose lease ran out may have been sent by an owner that died, so it is `unknown` from
    then on. An expired message is due too, because its end must be recorded. Nothing is lent to a
    number to which a text is just going, or at which one is just looked up.

    Args:
        conn: A connection in a transaction that writes.
        now: The present instant.
        owner: The name of the sender.
        lease_us: How long the messages are lent.
        limit: How many at most.
        urgent_only: Whether only urgent messages are lent.
        alone: Whether nothing is lent while another message is being sent.
        stopped: Whether the channel is stopped, so that only calls, e-mails and the like are lent,
            and urgent texts that were never tried.
    """
    take_turn(conn)
    conn.execute(_DOUBT, {"now": now})
    if alone and conn.scalar(_ANY_CLAIMED) is not None:
        return []
    least = URGENT if urgent_only else _ANY
    most = {"now": now, "most": limit, "least_urgent": least, "every_kind": not stopped}
    found = [row for wanted in (_QUEUED, _IN_DOUBT) for row in conn.execute(wanted, most)]
    chosen = [row.id for row in sorted(found, key=tuple)[:limit]]
    if not chosen:
        return []
    lent = conn.execute(_LEND, {"ids": chosen, "owner": owner, "until": now + lease_us, "now": now})
    rows = {row.id: Claimed(*row) for row in lent}
    return [rows[message_id] for message_id in chosen]


def standing(conn: Connection, message: Claimed, now: Instant) -> Standing:
    """Return the facts about a message at `now` that may have changed since it was made."""
    twins = _twins(conn, message, now) if message.state == "unknown" else Twins()
    if message.client_id is not None:
        client = replace(agreements.contact(conn, message.client_id, now), phone=message.phone)
        opted_out = opt_outs.holds(conn, message.phone)
        return Standing(None, RecipientFacts(client, opted_out=opted_out), twins)
    about = message.sequence if message.kind in BESIDE_ALERTS else message.alert_id
    found: Any = conn.execute(_STANDING, {"message": message.id, "alert": about}).one()
    alert = Alert(*found[len(_STAFF) : len(_STAFF) + len(_ALERT)]) if about else None
    recipient = replace(read(found), phone=message.phone)
    if recipient.role == supporters.SUPPORTER:
        facts = supporters.recipient(conn, recipient, message.subject_id, now)
        return Standing(alert, facts, twins, found.told_at)
    mentor = recipient.role == "mentor" or found.to_mentor
    consents = consents_for(conn, alert.client_id, recipient.id) if mentor and alert else ()
    away = {one.staff_id for one in absences.lasting(conn, now, now + 1)}
    return Standing(
        alert,
        RecipientFacts(
            recipient,
            opted_out=opt_outs.holds(conn, message.phone),
            unconfirmed=not recipient.phone_confirmed and channel_state.verifies_numbers(conn),
            absent=recipient.id in away,
            as_mentor=mentor,
            consents=tuple(consents),
        ),
        twins,
        found.told_at,
        found.next_step_at if alert and alert.state == "open" else None,
        staff_attributes.address(conn, message.staff_id, way_of(message.kind)),
    )


def settle(
    conn: Connection, message: Claimed, settlement: Settlement, owner: str, now: Instant
) -> bool:
    """Record the outcome of a claimed message and end the claim; False if the claim is lost.

    A carrier's report counts even if another process holds the claim, except that no state leads
    back. A decision counts only while `owner` holds it. A client whom a question did not reach,
    or perhaps did, is due, because only a question that arrived can be missed.
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
    known_late = message.state == "unknown" or settlement.state in REACHED_NOBODY
    if message.kind == MessageKind.ASK and message.client_id is not None and known_late:
        due_clients.mark_dirty(conn, {message.client_id: message.created_at})
    return True


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


def silent(conn: Connection, now: Instant, after_us: Duration, limit: int) -> list[Silent]:
    """Return up to `limit` messages without a last report for `after_us`.

    A message comes again only after it has been silent for twice as long. There is no end to it,
    because by a clock that was set a new message looks old.
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
            .where(sent_at <= now - after_us)
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    # Stamped, so that it is asked about again if the clock was wrong.
    later = {"due_at": now + (now - sent_at), "updated_at": now}
    asked = update(outbox).where(outbox.c.id.in_(chosen)).values(later)
    rows = conn.execute(asked.returning(outbox.c.id, outbox.c.provider_id)) if chosen else ()
    return sorted((Silent(row.id, row.provider_id) for row in rows), key=lambda one: one.id)


def _twins(conn: Connection, message: Claimed, now: Instant) -> Twins:
    same = {"number": message.phone, "words": message.body, "message": message.id}
    rows = conn.execute(_TWINS, same).all()
    return Twins(
        frozenset(row.provider_id for row in rows if row.provider_id is not None),
        tuple(now - row.sent_at for row in rows if row.state in {"claimed", "unknown"}),
    )
