"""One event at a time, as the daemon takes it, against a bare insert.

The daemon stores and evaluates it, opens an alert and writes a text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from statistics import median, quantiles
from typing import Any

from sqlalchemy import func, insert, select, update

from benchmarks.figures import Figure
from benchmarks.growing import NOW, Large
from engine.flows.evaluation import evaluate
from engine.flows.intake import ingest
from engine.model.duration import Duration
from engine.model.event import write_fields
from engine.model.instant import DAY_US, SECOND_US, Instant
from engine.model.intake import Batch, ReadEvent, Reject
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox

SAMPLES = 400
WARM_UP = 20
_POSITIVE = write_fields({"method": "urine", "result": "positive"})


@dataclass(slots=True)
class _Laboratory:
    """A source that tells of one test."""

    client: int
    at: Instant
    silent_after: Duration | None = None
    name: str = "laboratory"

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """The one test."""
        test = ReadEvent(
            f"C-{self.client}", "test", self.at, f"test:{self.at}", _POSITIVE, None, 1, False, ""
        )
        yield Batch("results.csv", {"at": self.at}, (test,))

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Nothing was rejected."""
        raise AssertionError(item)


class Live:
    """Events one by one, each at a moment of its own after all that is stored."""

    def __init__(self, large: Large) -> None:
        self._large = large
        self._telling = NotificationSettings(RoutingSettings(), notify_within=DAY_US)
        self._moment = NOW
        self._visited: set[int] = set()

    def figures(self) -> Iterator[Figure]:
        """p50 and p99 of an event among so many clients, and of the bare insert beside it."""
        at = f"at {self._large.clients:,} clients"
        ours, bare = self._alternately()
        yield Figure(f"live: one event to alert and outbox, {at}, p50", median(ours), "ms")
        yield Figure(
            f"live: one event to alert and outbox, {at}, p99", quantiles(ours, n=100)[98], "ms", 20
        )
        yield Figure(f"bare insert and commit of the event, {at}, p50", median(bare), "ms")
        yield Figure(
            f"bare insert and commit of the event, {at}, p99", quantiles(bare, n=100)[98], "ms"
        )
        yield Figure(
            f"live: times as long as the bare insert, {at}", median(ours) / median(bare), "×"
        )

    def _alternately(self) -> tuple[list[float], list[float]]:
        """Milliseconds of each event, with the flows and bare in turn, across the caseload."""
        ours, bare = [], []
        fresh = set(range(2, self._large.clients + 1, 2)) - self._visited
        chosen = Random(94).sample(sorted(fresh), WARM_UP + SAMPLES)
        self._visited.update(chosen)
        for client in chosen:
            ours.append(self._timed(self._through_the_flows, client))
            self._deliver()
            bare.append(self._timed(self._bare, client - 1))
        with self._large.database.read() as conn:
            told = conn.scalar(select(func.count()).select_from(outbox))
        assert told == len(self._visited), f"{told} texts for {len(self._visited)} events"
        return ours[WARM_UP:], bare[WARM_UP:]

    def _timed(self, take: Callable[[int], None], client: int) -> float:
        self._moment += SECOND_US
        began = time.perf_counter()
        take(client)
        return 1000 * (time.perf_counter() - began)

    def _through_the_flows(self, client: int) -> None:
        large, now = self._large, self._moment
        ingest.run(large.database, [_Laboratory(client, now)], "America/New_York", now)
        counts = evaluate.run(large.database, large.rulebook, self._telling, now=now, owner="bench")
        assert counts.opened == 1, counts

    def _deliver(self) -> None:
        """Mark all queued texts as sent, as the daemon does within seconds; this is not timed."""
        sent = (
            update(outbox)
            .where(outbox.c.state == "queued")
            .values(state="sent", sent_at=self._moment)
        )
        with self._large.database.write() as conn:
            conn.execute(sent)

    def _bare(self, client: int) -> None:
        row = {
            "client_id": client, "kind": "test", "occurred_at": self._moment,
            "recorded_at": self._moment,
            "source": "bare", "key": f"test:{self._moment}", "fields": _POSITIVE,
            "origin": "results.csv:1",
        }  # fmt: skip
        with self._large.database.write() as conn:
            conn.execute(insert(events), row)
