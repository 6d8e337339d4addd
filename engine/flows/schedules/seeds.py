"""Make the seeds of random draws ahead of their months; the audit trail holds their hashes."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from engine.calendar.draws import month_of
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant, from_us
from engine.model.schedule import DrawSeed
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.schedules import draw_seeds

ACTOR = "schedules"
Seeds = Mapping[str, Sequence[DrawSeed]]  # by schedule, in the order of their months
# A seed is made so long before its month at the latest, where the daemon runs.
_AHEAD = timedelta(days=20)


def seeds_of(database: Database, schedule_ids: Collection[str], now: Instant) -> Seeds:
    """Return the seeds by schedule in the order of their months; missing ones are made first."""
    if not schedule_ids:
        return {}
    today = from_us(now).date()
    # It may be yesterday or tomorrow where a client lives.
    days = (today - timedelta(days=1), today, today + timedelta(days=1), today + _AHEAD)
    months = sorted({month_of(day) for day in days})
    with database.read() as conn:
        known = draw_seeds.of_schedules(conn, schedule_ids)
    have = {(one.schedule_id, one.month) for one in known}
    lacking = [(name, month) for name in sorted(schedule_ids) for month in months]
    lacking = [each for each in lacking if each not in have]
    if lacking:
        with database.write() as conn:
            for name, month in lacking:
                seed = DrawSeed(name, month, secrets.token_hex(32), today)
                if draw_seeds.add(conn, seed):
                    audit_log.record(
                        conn,
                        at=now,
                        actor=ACTOR,
                        action=AuditAction.SEED_COMMITTED,
                        subject=f"schedule {name}",
                        detail={"month": month, "sha256": seed.commitment},
                    )
            known = draw_seeds.of_schedules(conn, schedule_ids)
    found: dict[str, list[DrawSeed]] = {name: [] for name in schedule_ids}
    for one in known:
        found[one.schedule_id].append(one)
    return found
