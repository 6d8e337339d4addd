"""The wait of one new event while twenty thousand clients are due, in evaluation batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import mean

from sqlalchemy import insert, select

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure
from benchmarks.growing import NOW, Large
from engine.flows.evaluation import evaluate
from engine.model.event import write_fields
from engine.model.instant import DAY_US, SECOND_US
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings
from engine.store.alerts import due_clients
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox

CLIENTS = 20_000
CLIENT = CLIENTS // 2  # an even number: no rule holds for them until the new event
BATCHES = 10
_TELLING = NotificationSettings(RoutingSettings(), notify_within=DAY_US)


def backlog(caseload: Caseload) -> Iterator[Figure]:
    """Measure batches of the backlog, then the time from a new event to its text in the outbox."""
    large = Large(caseload, caseload.rulebook())
    large.grow(CLIENTS)
    with large.database.write() as conn:
        due_clients.mark_dirty(conn, dict.fromkeys(range(1, CLIENTS + 1), NOW - DAY_US))
    batch = mean([_batch(large) for _ in range(BATCHES)])
    _new_event(large)
    waited = 0.0
    while not _told(large):
        waited += _batch(large)
    yield Figure(
        f"backlog: batches until a new event is judged, {CLIENTS:,} clients due",
        waited / batch,
        "×",
        10,
    )
    large.database.close()


def _batch(large: Large) -> float:
    began = time.perf_counter()
    counts = evaluate.run(
        large.database,
        large.rulebook,
        _TELLING,
        now=NOW + 2 * SECOND_US,
        owner="bench",
        limit=evaluate.BATCH,
    )
    assert counts.clients == evaluate.BATCH, counts
    return time.perf_counter() - began


def _new_event(large: Large) -> None:
    at = NOW + SECOND_US
    row = {
        "client_id": CLIENT, "kind": "test", "occurred_at": at, "recorded_at": at,
        "source": "laboratory", "key": "new", "origin": "results.csv:1",
        "fields": write_fields({"method": "urine", "result": "positive"}),
    }  # fmt: skip
    with large.database.write() as conn:
        conn.execute(insert(events), row)
        due_clients.mark_dirty(conn, {CLIENT: at})


def _told(large: Large) -> bool:
    told = select(outbox.c.id).join(alerts, alerts.c.id == outbox.c.alert_id)
    with large.database.read() as conn:
        return conn.scalar(told.where(alerts.c.client_id == CLIENT).limit(1)) is not None
