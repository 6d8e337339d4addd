"""The storm brake: if far more alerts than usual go out, each recipient gets one text.

Urgent alerts still go out one by one.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from engine.flows.evaluation.client_evaluation import ACTOR
from engine.model.audit_action import AuditAction
from engine.model.instant import SECOND_US, Instant
from engine.model.message import TOGETHER_US
from engine.model.outages import OutageSettings
from engine.store.alerts import inactivity
from engine.store.database.connection import Database
from engine.store.messages import grouping
from engine.store.operations import alert_storms, audit_log

# Alerts within this time count as simultaneous.
WINDOW_US = 600 * SECOND_US

_log = structlog.get_logger()


def rages(conn: Connection, settings: OutageSettings, now: Instant) -> int:
    """Return how many clients the waiting messages concern; 0 if not above the limit."""
    clients, last_held_at = grouping.lately_enqueued(conn, now - WINDOW_US)
    lasts = last_held_at is not None and now < last_held_at + WINDOW_US
    return clients if clients and (lasts or _begins(conn, clients, settings, now)) else 0


def brake(database: Database, settings: OutageSettings, now: Instant) -> int:
    """Gather the waiting messages if they concern more clients than the limit.

    Returns:
        How many messages were gathered.
    """
    with database.write() as conn:
        clients = rages(conn, settings, now)
        if not clients:
            return 0
        gathered = grouping.gather(conn, now - WINDOW_US, now + TOGETHER_US)
        alert_storms.record(conn, now, clients, WINDOW_US)
        _log.error("alert storm", clients=clients, messages=gathered)
        audit_log.record(
            conn,
            at=now,
            actor=ACTOR,
            action=AuditAction.ALERT_STORM,
            subject="messages",
            detail={"clients": clients, "messages": gathered},
        )
    return gathered


def _begins(conn: Connection, clients: int, settings: OutageSettings, now: Instant) -> bool:
    enough = clients >= settings.storm_at_least  # otherwise the others need not be counted
    return enough and settings.is_storm(
        clients, inactivity.active_clients(conn, now, settings.enough(clients))
    )
