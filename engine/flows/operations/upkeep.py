"""The daily upkeep: deletes words whose time is over, as `retention:` in config.yaml says."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.retention_settings import RetentionSettings
from engine.store.database.connection import Database
from engine.store.operations import audit_log, retention
from engine.store.people import client_data

# Rows of a transaction, so that no other writer waits long.
_AT_ONCE = 500


def trim(database: Database, kept: RetentionSettings, now: Instant) -> Mapping[str, int]:
    """Delete what the site keeps no longer, and put the numbers on record.

    Returns:
        How many texts, corrections and rejects that were; those without any are left out.
    """
    done: dict[str, int] = {}
    while some := _trim_some(database, kept, now):
        done = {word: done.get(word, 0) + some.get(word, 0) for word in {*done, *some}}
    if done:
        with database.write() as conn:
            audit_log.record(
                conn,
                at=now,
                actor="upkeep",
                action=AuditAction.TRIMMED,
                subject="database",
                detail=done,
            )
    return done


def _trim_some(database: Database, kept: RetentionSettings, now: Instant) -> dict[str, int]:
    done = {}
    with database.write() as conn:
        held = client_data.on_legal_hold(conn)
        if kept.texts is not None:
            done["texts"] = retention.trim_texts(conn, now - kept.texts, held, _AT_ONCE)
        if kept.corrections is not None:
            before = now - kept.corrections
            done["corrections"] = retention.trim_corrections(conn, before, held, _AT_ONCE)
        if kept.rejects is not None:
            done["rejects"] = retention.trim_rejects(conn, now - kept.rejects, _AT_ONCE)
    return {word: number for word, number in done.items() if number}
