"""Reports: what the carrier says became of a message, whenever and however often it says so."""

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
    """Write down what was reported; the state that the message came to, None where it says nothing new.

    States are ranked and final ones stay, so a report may come late, twice, out of order, or before it is written
    down that the message was sent. One about another message of the carrier's than the row is known by counts for
    nothing. A message that reached nobody sends its alert, and those of the messages that it carried, to the next
    step, and a number that opted out counts as a STOP.
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
