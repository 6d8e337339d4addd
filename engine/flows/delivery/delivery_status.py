"""Delivery status: the carrier's reports about a message, whenever and however often they come."""

from __future__ import annotations

from engine.flows.delivery.opt_out import opt_out
from engine.flows.delivery.opt_out import record as record_opt_out
from engine.model.audit_action import message_became
from engine.model.instant import Instant
from engine.model.message import OutboxState, Report, SendResult, Settlement
from engine.model.notify_reason import SettlementReason
from engine.store.database.connection import Database
from engine.store.messages import grouping, outbox, outbox_claims
from engine.store.operations import audit_log

ACTOR = "carrier"


def take(database: Database, report: Report, now: Instant) -> OutboxState | None:
    """Record a report of the carrier.

    States are ranked and final ones stay. A report may therefore come late, twice, out of order, or
    before the send is recorded. A report about another of the carrier's messages than the row's
    counts for nothing. If a message reached nobody, its alert and those of the messages that it
    carried go to the next step. A number that opted out counts as a STOP.

    Returns:
        The state that the message took; None if the report says nothing new.
    """
    state = report.state
    with database.write() as conn:
        message = outbox_claims.reported_on(conn, report.message_id, report.provider_id)
        if message is None:
            return None
        reached_nobody = state in {"undelivered", "failed"}
        result = SendResult(
            "refused" if reached_nobody else "accepted", report.provider_id, report.error_code
        )
        settlement = Settlement(
            state, SettlementReason.REPORTED, result=result, passed_over=reached_nobody
        )
        if not outbox_claims.settle(conn, message, settlement, ACTOR, now):
            return None
        if reached_nobody:
            for each in grouping.with_carried(conn, message):
                outbox.bring_next_step_forward(conn, each, now)
        stopped_by = report.opted_out and message.phone
        opted_out = opt_out(conn, stopped_by, now) if stopped_by else []
        subject, detail = (
            f"message {message.id}",
            {"error_code": report.error_code, "provider_id": report.provider_id},
        )
        audit_log.record(
            conn, at=now, actor=ACTOR, action=message_became(state), subject=subject, detail=detail
        )
        record_opt_out(conn, opted_out, now, by="carrier")
    return state
