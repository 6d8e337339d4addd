"""A tick with a hundred expectations due: it must not grow with those that are merely open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import text

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure
from engine.flows.evaluation import evaluate
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import DAY_US, HOUR_US
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.store.database.connection import Database
from engine.store.operations import rule_sets

FEW, MANY, DUE = 1_000, 100_000, 100
TICKS = 9
_DAY = 20_600
NOW = _DAY * DAY_US + 20 * HOUR_US
_RULEBOOK = from_texts(
    {
        "rules.yaml": "format: 1\nrules:\n  - {id: missed, title: M, status: live, severity: low, "
        "when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 5}}\n",
        f"plans.yaml{PLAN}": "format: 1\nschedules:\n  - {id: daily, title: D, status: live, "
        "expects: check_in, every: day, by: 20:00}\n",
    },
    BUILT_IN,
)
_TELLING = NotificationSettings(RoutingSettings(), notify_within=DAY_US)
# Each client has one open expectation, of the day after.
_FILL = """
CREATE TEMP TABLE added AS
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT n FROM numbers;
INSERT INTO clients (id, ref, timezone) SELECT n, 'C-' || n, 'UTC' FROM added;
INSERT INTO record_entries (client_id, at, entry) SELECT n, :now - 70 * :day, 'enrolled' FROM added;
INSERT INTO evaluations (client_id, evaluated_to, next_due_at, rules_hash)
    SELECT n, :now - 3600000000, :now + :day, :hash FROM added;
INSERT INTO expectations (client_id, schedule_id, day, opens_at, due_at, closes_at)
    SELECT n, 'daily', :tomorrow, :midnight + :day, :now + :day, :now + :day FROM added;
DROP TABLE added
"""
# Some of them are due now instead.
_MAKE_DUE = (
    "UPDATE expectations SET day = :today, opens_at = :midnight, due_at = :now, closes_at = :now "
    "WHERE client_id BETWEEN :first AND :last AND outcome IS NULL",
    "UPDATE evaluations SET next_due_at = :now WHERE client_id BETWEEN :first AND :last",
)


def due(caseload: Caseload) -> Iterator[Figure]:
    """Measure ticks with few and with many open expectations in turns, and compare the fastest."""
    small, large = (_filled(caseload, clients) for clients in (FEW, MANY))
    seconds: dict[str, list[float]] = {"small": [], "large": []}
    for number in range(TICKS):
        seconds["small"].append(_tick(small, number))
        seconds["large"].append(_tick(large, number))
    times = {size: min(found) for size, found in seconds.items()}
    yield Figure(f"due: tick with {DUE} due of {MANY:,} expectations", times["large"] * 1000, "ms")
    name = f"due: times as long with {MANY:,} open expectations as with {FEW:,}"
    yield Figure(name, times["large"] / times["small"], "×", 1.3)
    small.close()
    large.close()


def _filled(caseload: Caseload, clients: int) -> Database:
    database = caseload.empty(f"due-{clients}.db")
    with database.write() as conn:
        rule_sets.accept(conn, _RULEBOOK.hash, _RULEBOOK.files, NOW - 30 * DAY_US)
        numbers = {"last": clients, "day": DAY_US, "hash": _RULEBOOK.hash, **_days()}
        for statement in _FILL.split(";\n"):
            names = {name: value for name, value in numbers.items() if f":{name}" in statement}
            conn.execute(text(statement), names)
    return database


def _days() -> dict[str, int | str]:
    today = date(1970, 1, 1) + timedelta(days=_DAY)
    return {
        "now": NOW,
        "midnight": _DAY * DAY_US,
        "today": today.isoformat(),
        "tomorrow": (today + timedelta(days=1)).isoformat(),
    }


def _tick(database: Database, number: int) -> float:
    """Return how many seconds a tick takes in which other clients are due than before."""
    first = 1 + number * DUE
    with database.write() as conn:
        for statement in _MAKE_DUE:
            given = {"first": first, "last": first + DUE - 1, **_days()}
            conn.execute(text(statement), {k: v for k, v in given.items() if f":{k}" in statement})
    began = time.perf_counter()
    counts = evaluate.run(database, _RULEBOOK, _TELLING, now=NOW, owner="bench")
    took = time.perf_counter() - began
    assert counts.clients == DUE, counts
    return took
