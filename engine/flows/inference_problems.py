"""What went wrong between durable_rules and the reference goes to the log, the audit trail and the admins."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from engine.flows import oversight
from engine.messaging.overseeing import judged_in_two_ways
from engine.store import audit, staff
from engine.store.database import Database

ACTOR = "evaluate"

_log = structlog.get_logger()


def tell(database: Database, problems: Sequence[str], now: int) -> None:
    """Record sentences of `Inference.take_problems` at `now` (microseconds since 1970); the admins get one text."""
    if not problems:
        return
    with database.write() as conn:
        oversight.tell(conn, staff.admins(conn), "inference", judged_in_two_ways(), now)
        for problem in problems:
            _log.error("inference", problem=problem)
            detail = {"problem": problem}
            audit.record(conn, at=now, actor=ACTOR, action="inference problem", subject="rules", detail=detail)
