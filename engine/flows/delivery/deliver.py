"""Delivery: due messages go from the outbox to the gateway, each once, whatever breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from engine.calendar.quiet_hours import earliest_send
from engine.flows.delivery import disclosure_log
from engine.flows.delivery.opt_out import opt_out
from engine.flows.delivery.opt_out import record as record_opt_out
from engine.flows.escalation import mutes, supporter_news
from engine.flows.escalation.recipients import RecipientResolver
from engine.messaging.circuit_breaker import after_contact
from engine.messaging.digest import of_many, reach_nobody
from engine.messaging.eligibility import may_notify, passes_quiet_hours
from engine.messaging.listing import Named
from engine.messaging.pacing import LONGEST_US, apart_from, next_text_at, room, together
from engine.messaging.settlement import after_look_up, after_send, hindrance, valid_for
from engine.model.audit_action import message_became
from engine.model.channel import Channel
from engine.model.instant import MINUTE_US, SECOND_US, Instant
from engine.model.message import (
    ADDRESSED,
    FOLLOW_UPS,
    TELLING,
    TO_SUPPORTERS,
    Claimed,
    MessageKind,
    OutboxState,
    Outgoing,
    Settlement,
    Standing,
    Waiting,
    way_of,
)
from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.model.sms_settings import LONGEST_TIMEOUT, Detail
from engine.model.staff import SkippedRecipient, Staff
from engine.ports import SmsGateway
from engine.store.alerts import alerts, reminders, skipped_recipients
from engine.store.database.connection import Database
from engine.store.messages import grouping, outbox, outbox_claims, outbox_delays, reply_codes
from engine.store.messages.grouping import BundledAlert, SentText
from engine.store.operations import audit_log, channel_state
from engine.store.people import disclosures

# A lease that ran out means that its owner is dead. Sending takes at most two time-outs of the
# gateway, one to connect and one to read, so a live owner ends well within the lease.
LEASE_US = MINUTE_US
# A sender that was suspended after its claim hands nothing over, because the lease may end first.
_BEGINS_WITHIN_US = LEASE_US - round(2 * LONGEST_TIMEOUT * SECOND_US)
_LISTED = 12  # the most alerts that a text about many could name

ACTOR = "deliver"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A claimed message after the last look: the text for the carrier, or its settlement."""

    message: Claimed
    standing: Standing
    channel: Channel
    settled: OutboxState | None = None  # if it is not handed to the carrier


def run(
    database: Database,
    gateway: SmsGateway,
    now: Instant,
    owner: str,
    *,
    urgent_only: bool = False,
    detail: Detail = "reason",
) -> OutboxState | None:
    """Send or look up the one message that is most urgent at `now`, as `send` does."""
    return send(database, gateway, lambda: now, owner, urgent_only=urgent_only, detail=detail)


def send(
    database: Database,
    gateway: SmsGateway,
    clock: Callable[[], Instant],
    owner: str,
    *,
    urgent_only: bool = False,
    detail: Detail = "reason",
) -> OutboxState | None:
    """Send or look up the one message that is most urgent.

    Call it until it returns None. An error or a crash in between leaves the message claimed. Once
    the lease has run out, it is looked up before anything is sent again.

    Args:
        database: The database.
        gateway: The carrier.
        clock: Tells the present instant. It is read once nothing else holds up the sender, because
            a lease that began before a wait may be over when the message is handed over. It is
            read again before the carrier is asked.
        owner: A name that only this sender has.
        urgent_only: Whether only urgent messages are sent.
        detail: How much a text about several alerts may say.

    Returns:
        The state that the message took; None if no message is due. A message whose sender was
        suspended stays claimed until it is looked up.
    """
    with database.write() as conn:
        outbox_claims.take_turn(conn)
        now = clock()
        prepared = _prepare(conn, now, owner, detail, urgent_only=urgent_only)
    if prepared is None:
        return None
    if prepared.settled is not None:
        return prepared.settled
    if clock() - now >= _BEGINS_WITHIN_US:
        return prepared.message.state
    settlement = _hand_over(gateway, prepared, now)
    with database.write() as conn:
        _settle(conn, prepared, settlement, owner, now)
    return settlement.state


def urgent_waits(database: Database, now: Instant) -> bool:
    """Return whether an urgent message waits to be sent."""
    with database.read() as conn:
        return outbox_delays.urgent_due(conn, now)


def _prepare(
    conn: Connection, now: Instant, owner: str, detail: Detail, *, urgent_only: bool
) -> Prepared | None:
    """Claim a message and take the last look, which ignores nothing that was committed before."""
    stands = channel_state.read(conn)
    claimed = outbox_claims.claim_due(
        conn,
        now,
        owner,
        LEASE_US,
        limit=1,
        urgent_only=urgent_only,
        # One message, the most urgent, shows whether a stopped channel works again.
        alone=stands.since is not None,
        stopped=stands.stopped_until is not None and now < stands.stopped_until,
    )
    if not claimed:
        return None
    (message,) = claimed
    standing = outbox_claims.standing(conn, message, now)
    prepared = Prepared(message, standing, stands)
    if message.state == "unknown":
        return prepared
    alert = standing.alert
    recipient = replace(
        standing.recipient, responsible=_responsible(conn, message, RecipientResolver(conn, now))
    )
    urgent = passes_quiet_hours(alert, message)
    decision = may_notify(
        recipient,
        now,
        alert=alert,
        told_at=standing.told_at,
        message=message,
        sendable_at=earliest_send(now, recipient.staff, urgent=urgent),
        muted_until=mutes.until(conn, alert, now),
    )
    # Many alerts that reach nobody are one text, even if they are urgent.
    gathers = not urgent or message.kind == MessageKind.REACHES_NOBODY
    paces = gathers and (alert is None or alert.severity != "urgent")
    lately = grouping.sent(conn, message, now - LONGEST_US)
    hindered = hindrance(decision) or (_paced(lately, now) if paces else None)
    if hindered is None and gathers:
        prepared = replace(prepared, message=_bundled(conn, message, lately, detail, now))
    hindered = hindered or _apart(lately, prepared.message, now)
    if way_of(message.kind) in ADDRESSED and standing.address is None:
        hindered = Settlement("cancelled", SettlementReason.NO_ADDRESS)
    if hindered is not None:
        _settle(conn, prepared, hindered, owner, now)
        return replace(prepared, settled=hindered.state)
    if decision.consent is not None:
        disclosure_log.write_down(conn, prepared.message, decision.consent, now)
    return prepared


# These go to the person who is responsible at sending; operators are told as they are.
_OF_STEPS = (*TELLING, *FOLLOW_UPS)
_TO_ROLES = (*_OF_STEPS, MessageKind.REMINDER, MessageKind.SNOOZE_OVER)


def _responsible(conn: Connection, message: Claimed, resolver: RecipientResolver) -> bool:
    """Return whether the recipient is assigned to the client, or on call, when the text goes."""
    if message.kind == MessageKind.ON_CALL:
        return message.staff_id in {one.staff.id for one in resolver.on_call()}
    if message.alert_id is None or message.kind not in _TO_ROLES:
        return True
    (routed,) = alerts.read_routed(conn, [message.alert_id])
    if message.step >= len(routed.policy):
        return True
    # The person who took an alert is reminded of it, in whatever role they were told.
    role = routed.policy[message.step].to if message.kind in _OF_STEPS else None
    return resolver.responsible(routed.alert.client_id, message.staff_id, role)


def _hand_over(gateway: SmsGateway, prepared: Prepared, now: Instant) -> Settlement:
    message, outgoing = prepared.message, _outgoing(prepared, now)
    if message.state == "claimed":
        return after_send(message, gateway.send(outgoing), now)
    return after_look_up(message, gateway.look_up(outgoing), now)


def _outgoing(prepared: Prepared, now: Instant) -> Outgoing:
    message, standing = prepared.message, prepared.standing
    way = way_of(message.kind)
    return Outgoing(
        id=message.id,
        to=(standing.address if way in ADDRESSED else message.phone) or "",
        body=message.body,
        created_at=message.created_at,
        valid_for=valid_for(message, standing, now),
        twins=standing.twins,
        ago=now - (message.sent_at or now),
        way=way,
    )


def _paced(lately: Sequence[SentText], now: Instant) -> Settlement | None:
    """Return that a message waits, if its recipient has had as many texts as the limits allow."""
    return _waits_until(next_text_at([one.at for one in lately], now), now)


def _apart(lately: Sequence[SentText], message: Claimed, now: Instant) -> Settlement | None:
    """Return that a message waits, if a text of the same words has just gone to its number."""
    same_words = [one.at for one in lately if one.body == message.body]
    return _waits_until(apart_from(same_words, now), now)


def _waits_until(free_at: Instant, now: Instant) -> Settlement | None:
    return Settlement("queued", SettlementReason.PACED, due_at=free_at) if free_at > now else None


def _bundled(
    conn: Connection, message: Claimed, lately: Sequence[SentText], detail: Detail, now: Instant
) -> Claimed:
    """Return the message as it goes out, with the other waiting ones if they are too many."""
    left, waiting = room([one.at for one in lately], now), grouping.waiting(conn, message)
    # Nearly every text goes alone. Only of a bundle is each message asked about again.
    if not together(message.id, waiting, left, now):
        return message
    bundle = together(message.id, _still_theirs(conn, message, waiting, now), left, now)
    if not bundle:
        return message
    about = grouping.bundled_alerts(conn, [one.id for one in bundle])
    named = [_named(conn, one, message.staff_id, detail, now) for one in about[:_LISTED]]
    if message.kind == MessageKind.REACHES_NOBODY:
        body = reach_nobody(named, len(about))
    else:
        newly = all(one.gathered == MessageKind.NEWLY for one in bundle)
        clients = len({one.client_ref for one in about})
        body = of_many(named, len(about), clients, newly=newly)
    grouping.carry(conn, message.id, [one.id for one in bundle if one.id != message.id], body)
    return replace(message, body=body)


def _still_theirs(
    conn: Connection, message: Claimed, waiting: Sequence[Waiting], now: Instant
) -> list[Waiting]:
    """Return the messages that one text may tell together.

    Messages for which the recipient is no longer responsible stay in the outbox, and go to others.
    """
    others = [one.id for one in waiting if one.id != message.id]
    resolver = RecipientResolver(conn, now)
    not_theirs = {
        one.id
        for one in grouping.as_if_claimed(conn, message, others)
        if not _responsible(conn, one, resolver)
    }
    return [one for one in waiting if one.id not in not_theirs]


def _named(
    conn: Connection, one: BundledAlert, staff_id: int, detail: Detail, now: Instant
) -> Named:
    code = reply_codes.give(conn, staff_id, one.alert_id, now)
    ref = "" if detail == "none" else one.client_ref
    return Named(code, ref, urgent=one.severity == "urgent")


def _settle(
    conn: Connection, prepared: Prepared, settlement: Settlement, owner: str, now: Instant
) -> None:
    """Record the settlement of a message, with all that follows from it."""
    message, result = prepared.message, settlement.result
    recipient = prepared.standing.recipient.staff
    if not outbox_claims.settle(conn, message, settlement, owner, now):
        return
    if settlement.state in {"queued", "failed"}:
        disclosures.avert(conn, message.id, now)
    if settlement.passed_over:
        _pass_over(conn, message, settlement, now)
    if settlement.why is NotifyReason.NUMBER_SHARED and isinstance(recipient, Staff):
        supporter_news.tell_of_shared_number(conn, recipient, now)
    stopped_by = result is not None and result.outcome == "opted_out" and message.phone
    opted_out = opt_out(conn, stopped_by, now) if stopped_by else []
    stopped = _note_contact(conn, prepared, settlement, now)
    record_opt_out(conn, opted_out, now, by="carrier")
    # A message that only goes back to the queue is no news.
    if stopped or settlement.state != "queued":
        action, detail = message_became(settlement.state), _detail(message, settlement)
        subject = f"message {message.id}"
        audit_log.record(conn, at=now, actor=ACTOR, action=action, subject=subject, detail=detail)
    _log.info(
        "message", id=message.id, alert=message.alert_id, state=settlement.state, why=settlement.why
    )


def _note_contact(
    conn: Connection, prepared: Prepared, settlement: Settlement, now: Instant
) -> bool:
    """Record the state of the channel after a request to the carrier.

    Returns:
        Whether this request stopped the channel.
    """
    # Calls, e-mails and the like go other ways, which say nothing of texts.
    other_way = prepared.message.kind in FOLLOW_UPS
    if other_way or (prepared.message.state == "claimed" and settlement.result is None):
        return False
    before = prepared.channel
    after = after_contact(before, settlement.result, now)
    # Nearly every text is simply taken. Otherwise the failures of other senders count too.
    if after == before == Channel():
        return False
    before = channel_state.read(conn)
    after = after_contact(before, settlement.result, now)
    channel_state.write(conn, after)
    stopped = after != before and after.stopped_until is not None
    if stopped:
        error, failures = after.error_code, after.failures
        _log.error(
            "channel stopped", channel=channel_state.SMS, error_code=error, failures=failures
        )
    return stopped


def _pass_over(conn: Connection, message: Claimed, settlement: Settlement, now: Instant) -> None:
    """Let alerts that nobody else was told of go on: to the stand-in, or to the next step."""
    if message.kind in (*FOLLOW_UPS, *TO_SUPPORTERS):
        return  # the steps go on by the texts to staff
    if settlement.why == NotifyReason.MUTED and settlement.due_at is not None:
        mutes.put_off_text(conn, message, settlement.due_at, now)
        return
    absent = settlement.why == NotifyReason.ABSENT
    stand_in = RecipientResolver(conn, now).stand_in(message.staff_id) if absent else None
    stand_in_id = stand_in.id if stand_in else None
    # Another person is there now, so the same step is taken once more.
    again = stand_in is not None or settlement.why == NotifyReason.NOT_RESPONSIBLE
    gone = settlement.why in set(NotifyReason) - {NotifyReason.EXPIRED}
    for each in grouping.with_carried(conn, message):
        outbox.bring_next_step_forward(conn, each, now, again=again)
        if each.kind == MessageKind.REMINDER and each.alert_id is not None and gone:
            reminders.remind_at_once(conn, each.alert_id)
        if each.alert_id is not None:
            skipped = SkippedRecipient(None, each.staff_id, settlement.why, stand_in_id)
            skipped_recipients.add(conn, each.alert_id, [skipped], now)


def _detail(message: Claimed, settlement: Settlement) -> dict[str, object]:
    result = settlement.result
    detail = {
        "alert": message.alert_id,
        "step": message.step,
        "staff": message.staff_id,
        "why": settlement.why,
        "error_code": result.error_code if result else None,
        "provider_id": result.provider_id if result else None,
    }
    return {word: value for word, value in detail.items() if value is not None}
