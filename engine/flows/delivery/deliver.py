"""Deliver: what is due in the outbox goes to the gateway, each message once whatever breaks in between."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy import Connection

from engine.calendar.quiet_hours import earliest_send
from engine.flows.delivery import disclosure_log
from engine.flows.delivery.opt_out import opt_out
from engine.flows.delivery.opt_out import record as record_opt_out
from engine.flows.escalation.recipients import RecipientResolver
from engine.messaging.circuit_breaker import after_contact
from engine.messaging.digest import of_many
from engine.messaging.pacing import LONGEST_US, next_text_at, room, together
from engine.messaging.sending import ABSENT, after_look_up, after_send, hindrance, valid_for
from engine.model.audit_action import message_became
from engine.model.instant import MINUTE_US, Instant
from engine.model.message import (
    Claimed,
    MessageKind,
    OutboxState,
    Outgoing,
    SendResult,
    Settlement,
    Standing,
)
from engine.model.staff import SkippedRecipient
from engine.ports import SmsGateway
from engine.store.alerts import skipped_recipients
from engine.store.database.connection import Database
from engine.store.messages import grouping, outbox
from engine.store.operations import audit_log, channel_state
from engine.store.people import disclosures

# A lease that ran out means that its owner is dead. Sending takes two time-outs of the gateway's at most, one to
# connect and one to read, so whoever lives ends well within it.
LEASE_US = MINUTE_US

ACTOR = "deliver"

_log = structlog.get_logger()


def run(database: Database, gateway: SmsGateway, now: Instant, owner: str) -> OutboxState | None:
    """Send or look up the one message longest due at `now`; the state it came to, None where nothing is to be done.

    Call it, each time with a fresh `now`, until it says None. `owner` is this process's alone. What raises or dies
    in between leaves the message claimed; when the lease has run out it is looked up before anything is sent again.
    """
    message = _claim(database, now, owner)
    if message is None:
        return None
    with database.read() as conn:
        standing = outbox.standing(conn, message, owner, now)
    if standing is None:  # another took it over, or the carrier reported on it
        return message.state
    settlement = _deliver(database, gateway, message, standing, now)
    _settle(database, message, settlement, owner, standing.recipient.phone, now)
    _log.info(
        "message", id=message.id, alert=message.alert_id, state=settlement.state, why=settlement.why
    )
    return settlement.state


def _claim(database: Database, now: Instant, owner: str) -> Claimed | None:
    with database.write() as conn:
        stopped_until = channel_state.read(conn).stopped_until
        if stopped_until is not None and now < stopped_until:
            return None
        return next(iter(outbox.claim_due(conn, now, owner, LEASE_US, limit=1)), None)


def _deliver(
    database: Database, gateway: SmsGateway, message: Claimed, standing: Standing, now: Instant
) -> Settlement:
    if message.state == "unknown":
        known = standing.recipient.phone is not None
        nowhere = SendResult("unknown", error_text="the number was taken away")
        return after_look_up(
            message, gateway.look_up(_outgoing(message, standing, now)) if known else nowhere, now
        )
    sendable_at = earliest_send(now, standing.recipient, urgent=standing.urgent)
    hindered = hindrance(message, standing, sendable_at, now)
    paced = hindered or _pace(database, message, standing, now)
    if isinstance(paced, Settlement):
        return paced
    if standing.consent is not None:
        disclosure_log.write_down(database, paced, standing.consent, now)
    return after_send(paced, gateway.send(_outgoing(paced, standing, now)), now)


def _outgoing(message: Claimed, standing: Standing, now: Instant) -> Outgoing:
    return Outgoing(
        id=message.id,
        to=standing.recipient.phone or "",
        body=message.body,
        created_at=message.created_at,
        valid_for=valid_for(message, standing, now),
        others=standing.others,
    )


def _pace(
    database: Database, message: Claimed, standing: Standing, now: Instant
) -> Claimed | Settlement:
    """The message as it goes out, with what waits besides where that is too much; or that it waits itself."""
    if standing.urgent:
        return message
    with database.write() as conn:
        sent = grouping.sent(conn, message, now - LONGEST_US)
        free_at = next_text_at(sent, now)
        if free_at > now:
            return Settlement(
                "queued", "the recipient has had as many texts as may be", due_at=free_at
            )
        bundle = together(message.id, grouping.waiting(conn, message), room(sent, now), now)
        if not bundle:
            return message
        alerts, clients = grouping.amount(conn, [one.id for one in bundle])
        body = of_many(
            clients, alerts, newly=all(one.gathered == MessageKind.NEWLY for one in bundle)
        )
        grouping.carry(conn, message.id, [one.id for one in bundle if one.id != message.id], body)
    return replace(message, body=body)


def _settle(
    database: Database,
    message: Claimed,
    settlement: Settlement,
    owner: str,
    phone: str | None,
    now: Instant,
) -> None:
    """Write down what became of a message and all that follows from it, in one transaction."""
    result = settlement.result
    with database.write() as conn:
        if not outbox.settle(conn, message, settlement, owner, now):
            return
        if settlement.state in {"queued", "failed"}:
            disclosures.avert(conn, message.id, now)
        if settlement.passed_over:
            _pass_over(conn, message, settlement, now)
        opted_out = (
            opt_out(conn, phone, now) if result and result.outcome == "opted_out" and phone else []
        )
        stopped = _note_contact(conn, message, settlement, now)
        record_opt_out(conn, opted_out, now, by="carrier")
        # What only goes back to the queue is no news.
        if stopped or settlement.state != "queued":
            subject, action = f"message {message.id}", message_became(settlement.state)
            detail = _detail(message, settlement)
            audit_log.record(
                conn, at=now, actor=ACTOR, action=action, subject=subject, detail=detail
            )


def _note_contact(conn: Connection, message: Claimed, settlement: Settlement, now: Instant) -> bool:
    """Write down how the channel stands after the carrier was asked, where it was; whether this stopped it."""
    if message.state == "claimed" and settlement.result is None:
        return False
    before = channel_state.read(conn)
    after = after_contact(before, settlement.result, now)
    channel_state.write(conn, after)
    stopped = after != before and after.stopped_until is not None
    if stopped:
        _log.error(
            "channel stopped",
            channel=channel_state.SMS,
            error_code=after.error_code,
            failures=after.failures,
        )
    return stopped


def _pass_over(conn: Connection, message: Claimed, settlement: Settlement, now: Instant) -> None:
    """Let alerts of which nobody else was told go on at once: to whoever stands in, or to the next step."""
    stand_in = (
        RecipientResolver(conn, now).stand_in(message.staff_id)
        if settlement.why == ABSENT
        else None
    )
    why = f"{settlement.why}; {stand_in.ref} stands in" if stand_in else settlement.why
    for each in grouping.with_carried(conn, message):
        outbox.bring_next_step_forward(conn, each, now, again=stand_in is not None)
        if each.alert_id is not None:
            skipped_recipients.add(
                conn, each.alert_id, [SkippedRecipient(None, each.staff_id, why)], now
            )


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
