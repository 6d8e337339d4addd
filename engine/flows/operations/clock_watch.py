"""Clock watch: notes jumps of the machine's clock, and repeats a wrong clock's decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from engine.calendar.machine_clock import AHEAD_US, ClockReading, ClockState, ClockVerdict, gap
from engine.errors import OtherTablesError, StoreUnavailableError
from engine.flows.operations.guarded_clock import GuardedClock
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration, write_duration
from engine.model.instant import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Instant
from engine.store.database import server_clock
from engine.store.database.connection import HEAD, Database
from engine.store.database.locks import lock
from engine.store.operations import audit_log, clock_repair, machine_clock
from engine.store.operations.machine_clock import LastReading

ACTOR = "clock"
# A jump that lasts this long is a broken promise, and the admins are told of it once.
SHOWN_US = HOUR_US
# A daemon that no longer reports its clock's difference has ended.
_DIFFERS_US = 10 * MINUTE_US
# PostgreSQL ends a transaction that has been idle for 60 s, so each that was found right before a
# repair has committed or ended long before this.
_REPAIR_AGAIN_US = 180 * SECOND_US

_log = structlog.get_logger()


def begin(database: Database, clock: GuardedClock, host: str) -> None:
    """Judge a process's first reading on this host, by the last tick and the database's clock."""
    _look(database, clock, host, first=True)


def watch(database: Database, clock: GuardedClock, host: str) -> None:
    """Judge the present reading; call it every few seconds."""
    _look(database, clock, host, first=False)


def refuse_outdated(clock: GuardedClock, conn: Connection) -> None:
    """Refuse to commit what a wrong clock decided, or what another version's tables would hold.

    A daemon that was suspended may wake after the repair of a wrong clock and still go by it. No
    repair would find what it writes. In the same way it may wake after an upgrade of the tables.

    Args:
        clock: The clock that the flows of this process go by.
        conn: The transaction, before it commits.

    Raises:
        OtherTablesError: Another version of Handrail has upgraded the tables.
        StoreUnavailableError: The step must be taken again.
    """
    last = machine_clock.last_look(conn)
    if last.version != HEAD:
        raise OtherTablesError
    if last.at is not None and not clock.may_write(last.at, last.repaired_at):
        raise StoreUnavailableError(
            "The clock that this step went by must be looked at first; the step is taken again."
        )


def broken(conn: Connection, now: Instant) -> list[str]:
    """Return in a few words that a clock jumped recently, or differs from the database's."""
    found = []
    last = machine_clock.read(conn)
    if last and last.jumped_at is not None and abs(now - last.jumped_at) < SHOWN_US:
        found.append(f"the clock {_jumped(last.jumped_by or 0)}")
    if machine_clock.any_differs(conn, now - _DIFFERS_US):
        found.append("the clock of a machine differs from that of the database")
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """A reading of the clock and its verdict; `was` is the instant whose place it takes."""

    state: ClockState
    verdict: ClockVerdict
    reading: ClockReading
    was: Instant


def _look(database: Database, clock: GuardedClock, host: str, *, first: bool) -> None:
    """Judge a reading, and repeat what a wrong clock decided.

    The last tick in the database never goes back without a repair, and each repair refuses the
    writes of those who have not seen it. So nothing that a wrong clock left ahead stays.
    """
    # A power cut may undo it only together with all that was written later.
    with database.write(durable=False) as conn:
        # All clocks are read under the lock, so that no look of another daemon comes between.
        lock(conn, "cloc")
        before = machine_clock.read(conn)
        judged = _judge(conn, clock, before, first)
        now = judged.state.now
        last = _last_reading(before, judged)
        if last.repaired_at == now:
            clock_repair.repair_events(conn, now)
        repaired = _repair(conn, last, now)
        machine_clock.write(conn, last)
        machine_clock.write_difference(conn, host, judged.reading.differs, now)
        if repaired:
            audit_log.record(
                conn,
                at=now,
                actor=ACTOR,
                action=AuditAction.CLOCK_REPAIRED,
                subject="clock",
                detail=repaired,
            )
        clock.answer_for(last.repaired_at)
    clock.adopt(judged.state, judged.reading, last.repaired_at)
    if last.jumped_at == now:
        seconds = (last.jumped_by or 0) // SECOND_US
        _log.error("the clock jumped", verdict=judged.verdict.value, seconds=seconds)
    elif judged.verdict is ClockVerdict.RIGHT_AGAIN:
        _log.warning("the clock is right again")
    if repaired:
        _log.warning("decisions of a wrong clock are made again", **repaired)


def _judge(
    conn: Connection, clock: GuardedClock, before: LastReading | None, first: bool
) -> _Judged:
    theirs = server_clock.read(conn) if clock.is_guarded else None
    if not first and clock.has_seen(before.repaired_at if before else None):
        was = clock.now()
        return _Judged(*clock.look(theirs), was)
    # What another daemon repaired meanwhile settles the doubt, as the last tick does at a start.
    last = machine_clock.last_tick(conn)
    state, verdict, reading = clock.begin(theirs, last, before.floor if before else None)
    return _Judged(state, verdict, reading, reading.said if last is None else last)


def _last_reading(before: LastReading | None, judged: _Judged) -> LastReading:
    """Return what to keep of a reading; it is repaired at its own instant if a clock was wrong."""
    state, was = judged.state, judged.was
    now, by = state.now, judged.reading.said - was
    last = before or LastReading(now, state.floor)
    away = gap(last.at, now, last.away)
    if away is not None:
        last = replace(last, away_from=away[0], away_until=away[1])
    repairs = judged.verdict is ClockVerdict.BELIEVED_BEHIND
    if not repairs and state.doubted is None and last.at > now + AHEAD_US:
        # A daemon that has ended since, or is suspended, believed a time that lies ahead.
        repairs, was, by = True, last.at, now - last.at
    if judged.verdict.is_news or repairs:
        last = replace(last, jumped_at=now, jumped_by=by)
    if repairs:
        last = replace(last, repaired_at=now, was=was)
    # In doubt the tick of a daemon that believes a later time stands.
    at = now if state.doubted is None else max(now, last.at)
    return replace(last, at=at, floor=state.floor)


def _repair(conn: Connection, last: LastReading, now: Instant) -> Mapping[str, int]:
    """Repair, again and again while a transaction that was checked before it may still commit."""
    since, was = last.repaired_at, last.was
    if since is None or was is None or not 0 <= now - since < _REPAIR_AGAIN_US:
        return {}
    repaired = clock_repair.repair(conn, now, was)
    return {kind: number for kind, number in repaired.items() if number}


def _jumped(by: Duration) -> str:
    unit = next((unit for unit in (DAY_US, HOUR_US) if abs(by) >= 2 * unit), MINUTE_US)
    far = write_duration(max(abs(by) // unit, 1) * unit)
    return f"jumped {far} ahead" if by > 0 else f"went back by {far}"
