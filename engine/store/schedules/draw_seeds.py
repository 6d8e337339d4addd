"""The seeds of random draws."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.model.schedule import DrawSeed
from engine.store.database.upsert import insert_of
from engine.store.tables.schedules import draw_seeds

_OF = (
    select(draw_seeds)
    .where(draw_seeds.c.schedule_id.in_(bindparam("ids", expanding=True)))
    .order_by(draw_seeds.c.schedule_id, draw_seeds.c.month)
)


def of_schedules(conn: Connection, schedule_ids: Collection[str]) -> list[DrawSeed]:
    """Read the seeds of some schedules, in the order of their months."""
    rows = conn.execute(_OF, {"ids": sorted(schedule_ids)})
    return [
        DrawSeed(row.schedule_id, row.month, row.seed, date.fromisoformat(row.made_on))
        for row in rows
    ]


def add(conn: Connection, seed: DrawSeed) -> bool:
    """Store a seed; return False if the month has one already."""
    row = {
        "schedule_id": seed.schedule_id,
        "month": seed.month,
        "seed": seed.seed,
        "made_on": seed.made_on.isoformat(),
    }
    return conn.execute(_add(conn.dialect.name), row).rowcount == 1


@cache
def _add(dialect: str) -> Any:
    unless_known = insert_of(dialect, draw_seeds).on_conflict_do_nothing()
    return unless_known.execution_options(preserve_rowcount=True)
