"""What went wrong between durable_rules and the reference goes to the log, the audit trail and the admins."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from engine.messaging.overseeing import judged_in_two_ways
from engine.model.message import NewMessage
from engine.store import audit, outbox, staff
from engine.store.database import Database

ACTOR = "evaluate"

_log = structlog.get_logger()


def tell(database: Database, problems: Sequence[str], now: int) -> None:
    """Record sentences of `Inference.take_problems` at `now` (microseconds since 1970); the admins get one text."""
    if not problems:
        return
    with database.write() as conn:
        body = judged_in_two_ways()
        for admin in staff.admins(conn):
            outbox.enqueue(conn, NewMessage(None, 0, admin.id, f"inference {now}", body, now, due_at=now))
        for problem in problems:
            _log.error("inference", problem=problem)
            detail = {"problem": problem}
            audit.record(conn, at=now, actor=ACTOR, action="inference problem", subject="rules", detail=detail)
