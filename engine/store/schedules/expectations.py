"""Expectations: what clients are due to do, and what became of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from engine.model.instant import Instant
from engine.model.schedule import Expectation, Occurrence, OutcomeReason
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.schedules import expectations

# Made once each, because a statement takes longer to make than to run for one client.
_OF_CLIENTS = prepared(
    select(expectations)
    .where(
        expectations.c.client_id.in_(bindparam("ids", expanding=True)),
        or_(
            expectations.c.closes_at >= bindparam("since"),
            expectations.c.outcome.is_(None),
        ),
    )
    .order_by(expectations.c.client_id, expectations.c.due_at, expectations.c.id)
)
_WAITING = (
    select(expectations.c.client_id, func.min(expectations.c.closes_at))
    .where(
        expectations.c.outcome.is_(None),
        expectations.c.due_at <= bindparam("now"),
        expectations.c.reason == OutcomeReason.DATA_MISSING,
    )
    .group_by(expectations.c.client_id)
)
_LAST_ASKED = prepared(
    select(expectations)
    .where(
        expectations.c.client_id == bindparam("client"),
        expectations.c.asked_at > bindparam("since"),
    )
    .order_by(expectations.c.asked_at.desc(), expectations.c.id.desc())
    .limit(1)
    .with_for_update()
)
_CHANGE = (
    update(expectations)
    .where(expectations.c.id == bindparam("_id"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "opens_at", "due_at", "closes_at", "outcome", "reason", "event_source",
                "event_key", "ended_at", "asked_at", "answers",
            )
        }
    )
)  # fmt: skip


@cache
def _add(dialect: str) -> Any:
    return insert_of(dialect, expectations).on_conflict_do_nothing()


def of_clients(
    conn: Connection, client_ids: Sequence[int], since: Instant
) -> Mapping[int, list[Expectation]]:
    """Read by client the expectations that are open, or closed since an instant, by due instant."""
    found: dict[int, list[Expectation]] = defaultdict(list)
    for row in conn.execute(_OF_CLIENTS, {"ids": client_ids, "since": since}):
        found[row.client_id].append(_read(row))
    return found


def waiting(conn: Connection, now: Instant) -> dict[int, Instant]:
    """Return by client from when on expectations wait for a source or a carrier."""
    return dict(conn.execute(_WAITING, {"now": now}).all())


def last_asked(conn: Connection, client_id: int, since: Instant) -> Expectation | None:
    """Return the expectation that a client was last asked about, locked; None if before `since`."""
    row = conn.execute(_LAST_ASKED, {"client": client_id, "since": since}).first()
    return None if row is None else _read(row)


def add(conn: Connection, new: Iterable[Expectation]) -> None:
    """Store new expectations; one that is there already stays as it is."""
    if rows := [_values(one) for one in new]:
        conn.execute(_add(conn.dialect.name), rows)


def change(conn: Connection, changed: Iterable[Expectation]) -> None:
    """Store what became of expectations, told by their ids."""
    same = {"client_id", "schedule_id", "day"}
    rows = [
        {"_id": one.id, **{name: v for name, v in _values(one).items() if name not in same}}
        for one in changed
    ]
    if rows:
        conn.execute(_CHANGE, rows)


def _values(one: Expectation) -> dict[str, Any]:
    source, key = one.event or (None, None)
    return {
        "client_id": one.client_id,
        "schedule_id": one.schedule_id,
        "day": one.occurrence.day.isoformat(),
        "opens_at": one.occurrence.opens,
        "due_at": one.occurrence.due,
        "closes_at": one.occurrence.closes,
        "outcome": one.outcome,
        "reason": one.reason,
        "event_source": source,
        "event_key": key,
        "ended_at": one.ended_at,
        "asked_at": one.asked_at,
        "answers": json.dumps(one.answers) if one.answers else None,
    }


def _read(row: Row[Any]) -> Expectation:
    occurrence = Occurrence(date.fromisoformat(row.day), row.opens_at, row.due_at, row.closes_at)
    event = None if row.event_key is None else (row.event_source, row.event_key)
    return Expectation(
        row.client_id,
        row.schedule_id,
        occurrence,
        row.outcome,
        row.reason,
        event,
        row.ended_at,
        row.asked_at,
        tuple(json.loads(row.answers)) if row.answers else (),
        row.id,
    )
