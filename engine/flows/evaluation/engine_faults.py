"""Faults between durable_rules and the reference go to the log, the audit and the admins."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from engine.flows.escalation import operator_notices
from engine.messaging.operator_texts import judged_in_two_ways
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.operations import audit_log

ACTOR = "evaluate"

_log = structlog.get_logger()


def tell(database: Database, problems: Sequence[str], now: Instant) -> None:
    """Record sentences of `Inference.take_problems` at `now`, and text the admins once."""
    if not problems:
        return
    with database.write() as conn:
        body = judged_in_two_ways()
        admins = operator_notices.admins(conn, now)
        operator_notices.tell(conn, admins, MessageKind.INFERENCE, body, now)
        for problem in problems:
            _log.error("inference", problem=problem)
            detail = {"problem": problem}
            audit_log.record(
                conn,
                at=now,
                actor=ACTOR,
                action=AuditAction.INFERENCE_PROBLEM,
                subject="rules",
                detail=detail,
            )
