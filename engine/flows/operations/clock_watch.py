"""Clock watch: notes jumps of the machine's clock, and repeats a wrong clock's decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from engine.calendar.machine_clock import ClockReading, ClockState, ClockVerdict, gap
from engine.flows.operations.guarded_clock import GuardedClock
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration, write_duration
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Instant
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.database.locks import lock
from engine.store.operations import audit_log, clock_repair, machine_clock
from engine.store.operations.machine_clock import LastReading

ACTOR = "clock"
# A jump that lasts this long is a broken promise, and the admins are told of it once.
SHOWN_US = HOUR_US
# A daemon that no longer reports its clock's difference has ended.
_DIFFERS_US = 10 * MINUTE_US
# A flow that began under the wrong clock may end, and write, after the repair.
_REPAIR_AGAIN_US = 180 * SECOND_US

_log = structlog.get_logger()


def begin(database: Database, clock: GuardedClock, host: str) -> None:
    """Judge a process's first reading on this host, by the last tick and the database's clock."""
    with database.read() as conn:
        last, before = machine_clock.last_tick(conn), machine_clock.read(conn)
        theirs = server_clock.read(conn) if clock.is_guarded else None
    state, verdict, reading = clock.begin(theirs, last, before.floor if before else None)
    _note(database, clock, host, state, verdict, reading, reading.said if last is None else last)


def watch(database: Database, clock: GuardedClock, host: str) -> None:
    """Judge the present reading; call it every few seconds."""
    with database.read() as conn:
        theirs = server_clock.read(conn) if clock.is_guarded else None
    was = clock.now()
    _note(database, clock, host, *clock.look(theirs), was)


def broken(conn: Connection, now: Instant) -> list[str]:
    """Return in a few words that a clock jumped recently, or differs from the database's."""
    found = []
    last = machine_clock.read(conn)
    if last and last.jumped_at is not None and abs(now - last.jumped_at) < SHOWN_US:
        found.append(f"the clock {_jumped(last.jumped_by or 0)}")
    if machine_clock.any_differs(conn, now - _DIFFERS_US):
        found.append("the clock of a machine differs from that of the database")
    return found


def _note(
    database: Database,
    clock: GuardedClock,
    host: str,
    state: ClockState,
    verdict: ClockVerdict,
    reading: ClockReading,
    was: Instant,
) -> None:
    by, now = reading.said - was, state.now
    believed_behind = verdict is ClockVerdict.BELIEVED_BEHIND
    with database.write(durable=believed_behind) as conn:
        lock(conn, "cloc")
        last = machine_clock.read(conn) or LastReading(now, state.floor)
        away = gap(last.at, now, last.away)
        if away is not None:
            last = replace(last, away_from=away[0], away_until=away[1])
        last = replace(last, at=now, floor=state.floor)
        if verdict.is_news:
            last = replace(last, jumped_at=now, jumped_by=by)
        if believed_behind:
            clock_repair.repair_events(conn, now)
            last = replace(last, repaired_at=now, was=was)
        repaired = _repair(conn, last)
        machine_clock.write(conn, last)
        machine_clock.write_difference(conn, host, reading.differs, now)
        if repaired:
            audit_log.record(
                conn,
                at=now,
                actor=ACTOR,
                action=AuditAction.CLOCK_REPAIRED,
                subject="clock",
                detail=repaired,
            )
    clock.adopt(state, reading)
    if verdict.is_news:
        _log.error("the clock jumped", verdict=verdict.value, seconds=by // SECOND_US)
    elif verdict is ClockVerdict.RIGHT_AGAIN:
        _log.warning("the clock is right again")
    if repaired:
        _log.warning("decisions of a wrong clock are made again", **repaired)


def _repair(conn: Connection, last: LastReading) -> Mapping[str, int]:
    """Repair, again and again while a flow that began under the wrong clock may still write."""
    since, was = last.repaired_at, last.was
    if since is None or was is None or not 0 <= last.at - since < _REPAIR_AGAIN_US:
        return {}
    repaired = clock_repair.repair(conn, last.at, was)
    return {kind: number for kind, number in repaired.items() if number}


def _jumped(by: Duration) -> str:
    unit = next((unit for unit in (DAY_US, HOUR_US) if abs(by) >= 2 * unit), MINUTE_US)
    far = write_duration(max(abs(by) // unit, 1) * unit)
    return f"jumped {far} ahead" if by > 0 else f"went back by {far}"
