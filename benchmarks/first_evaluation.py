"""The first evaluation of imported clients by the shipped rules, beside their replay in memory.

All of their alerts are historic, so nobody is told. It is processor time, which other work on the
machine hardly changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import func, select, update

from benchmarks.caseload import ROOT, Caseload
from benchmarks.figures import Figure
from benchmarks.growing import NOW, Large
from engine.flows.evaluation import evaluate
from engine.flows.evaluation.caseload import whole_caseload
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings
from engine.rulebook.parsing.load import load
from engine.store.tables.alerts import alerts, evaluations

CLIENTS = 5_000
_TELLING = NotificationSettings(RoutingSettings(), notify_within=0)


def first_evaluation(caseload: Caseload) -> Iterator[Figure]:
    """Clients a second, the ratio to replay, and the time of one historic alert."""
    large = Large(caseload, load(ROOT / "rules", caseload.settings.kinds))
    large.grow(CLIENTS)
    # As an import leaves them: all is new.
    new = {"evaluated_to": None, "rules_hash": None, "dirty_from": 0, "change": 1}
    with large.database.write() as conn:
        conn.execute(update(evaluations).values(new))
    with large.database.read() as conn:
        batches = list(whole_caseload(conn))
    began = time.process_time()
    for batch in batches:
        large.rulebook.replay(batch)
    replayed = time.process_time() - began
    first = _evaluated(large)
    with large.database.read() as conn:
        opened = conn.scalar(select(func.count()).where(alerts.c.historic)) or 0
    large.database.close()
    name = f"first evaluation of {CLIENTS:,} clients, {opened / CLIENTS:.0f} alerts each"
    yield Figure(f"{name}: clients a second", CLIENTS / first, "", 500, 1000, more_is_better=True)
    yield Figure(f"{name}: times their replay in memory", first / replayed, "×", 10, 4)
    yield Figure("a historic alert, all of the evaluation included", 1000 * first / opened, "ms")


def _evaluated(large: Large) -> float:
    """Evaluate all clients; return the processor time in seconds."""
    began, done = time.process_time(), 0
    while done < CLIENTS:
        counts = evaluate.run(large.database, large.rulebook, _TELLING, now=NOW, owner="bench")
        assert counts.clients, counts
        done += counts.clients
    return time.process_time() - began
