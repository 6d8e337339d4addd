"""Status: the last success of each flow, the work that waits or comes, and the rules that serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from engine.flows.operations import canary
from engine.flows.rules.reload import RuleFiles
from engine.model.instant import DAY_US, HOUR_US, Instant, from_us
from engine.model.plurals import counted
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.messages import canaries
from engine.store.operations import job_runs, queues, rule_sets, watchdog_state
from engine.store.operations.counts import figures

_STATUSES = ("live", "shadow", "draft")


class StatusLine(NamedTuple):
    """One fact.

    Attributes:
        part: The part of the daemon, such as `queue`.
        name: What it is about.
        number: How many there are; None if nothing is counted.
        at: The instant that matters: the last success, the oldest, the beginning.
        said: More in words.
    """

    part: str
    name: str
    number: int | None
    at: Instant | None
    said: str


def status(database: Database, settings: Settings, now: Instant) -> list[StatusLine]:
    """Read everything that people look for first; nothing is written, and no client is named."""
    with database.read() as conn:
        return [
            *_flows(conn),
            *_sources(conn),
            *_queues(conn, now),
            *_alerts(conn),
            *_serving(conn, settings),
            *_canaries(conn, now),
            *_broken(conn),
        ]


def _flows(conn: Connection) -> Iterator[StatusLine]:
    for name, run in sorted(job_runs.read(conn).items()):
        yield StatusLine("flow", name, None, run.succeeded_at, run.error or "last success")


def _sources(conn: Connection) -> Iterator[StatusLine]:
    for name, feed in sorted(source_health.read(conn).items()):
        said = (
            f"{feed.why} since {from_us(feed.out_since):%Y-%m-%d %H:%M}Z" if feed.out_since else ""
        )
        yield StatusLine("source", name, None, feed.read, said or "last read")
        yield StatusLine("source", name, None, feed.arrived, "last new data")


def _queues(conn: Connection, now: Instant) -> Iterator[StatusLine]:
    for one in queues.waiting(conn, now):
        yield StatusLine("waits", one.name, one.number, one.oldest, "oldest" if one.oldest else "")
    for one in queues.coming(conn, now, now + HOUR_US):
        yield StatusLine(
            "next hour", one.name, one.number, one.oldest, "first" if one.oldest else ""
        )


def _alerts(conn: Connection) -> Iterator[StatusLine]:
    found = figures(conn)
    for state in ("open", "acknowledged", "snoozed"):
        yield StatusLine("alerts", state, found.alerts.get(state, 0), None, "")
    yield StatusLine("rejects", "rows to correct", found.rejects, None, "")


def _serving(conn: Connection, settings: Settings) -> Iterator[StatusLine]:
    serving = rule_sets.serving(conn)
    if serving is None:
        yield StatusLine("serves", "rules", 0, None, "none have ever served")
        return
    book = RuleFiles(settings).stored(serving.files)
    since = serving.accepted_at
    rules = [str(rule.status) for rule in book.rules.values()]
    schedules = [str(one.status) for one in book.plans.schedules.values()]
    yield StatusLine("serves", f"rule set {serving.id}", len(book.rules), since, "since")
    for word in _STATUSES:
        yield StatusLine("serves", f"rules, {word}", rules.count(word), None, "")
    for word in ("live", "draft"):
        yield StatusLine("serves", f"schedules, {word}", schedules.count(word), None, "")


def _canaries(conn: Connection, now: Instant) -> Iterator[StatusLine]:
    for one in canaries.newest(conn, now - 2 * DAY_US):
        took = canary.took(one)
        said = f"arrived after {took.total_seconds():.0f} s" if took else one.state
        lost = ", which is too late" if canary.is_lost(one, now) else ""
        yield StatusLine("text of the day", one.staff, None, one.due_at, f"{said}{lost}")


def _broken(conn: Connection) -> Iterator[StatusLine]:
    standing = watchdog_state.standing(conn)
    for promise, since in standing.items():
        yield StatusLine("broken", promise, None, since, "since")
    if not standing:
        yield StatusLine("broken", f"{counted(0, 'promise')}", 0, None, "")
