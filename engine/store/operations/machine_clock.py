"""The machine's clock: its last tick, its last jump, and hosts whose clocks differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.store.database.driver import run_by_driver
from engine.store.database.prepared import prepared
from engine.store.database.upsert import put_row
from engine.store.tables.operations import clock_differences, job_runs, machine_clock


@dataclass(frozen=True, slots=True)
class LastReading:
    """The last tick `at` its instant; the other fields are those of the table `machine_clock`."""

    at: Instant
    floor: Instant
    jumped_at: Instant | None = None
    jumped_by: Duration | None = None
    repaired_at: Instant | None = None
    was: Instant | None = None
    away_from: Instant | None = None
    away_until: Instant | None = None

    @property
    def away(self) -> tuple[Instant, Instant] | None:
        """The last period in which no daemon ran, as (beginning, end)."""
        if self.away_from is None or self.away_until is None:
            return None
        return self.away_from, self.away_until


class LastLook(NamedTuple):
    """The version of the tables, the last tick and the last repair; None before the first."""

    version: str
    at: Instant | None
    repaired_at: Instant | None


_READ = prepared(select(*[machine_clock.c[name] for name in LastReading.__dataclass_fields__]))
_LAST_JOB = select(func.max(job_runs.c.ended_at))
_LAST_LOOK = (
    "SELECT version_num, at, repaired_at FROM alembic_version "
    f"LEFT JOIN {machine_clock.name} ON TRUE"
)
_CLEAR = delete(machine_clock)
_WRITE = insert(machine_clock)
_AGREES = delete(clock_differences).where(clock_differences.c.host == bindparam("of"))
_DIFFERS = select(func.count()).where(clock_differences.c.at > bindparam("since"))


def read(conn: Connection) -> LastReading | None:
    """Return the last reading; None before the first."""
    row = conn.execute(_READ).first()
    return LastReading(*row) if row else None


def last_look(conn: Connection) -> LastLook:
    """Return what each transaction asks for, so the driver alone does it."""
    return LastLook(*run_by_driver(conn, _LAST_LOOK).fetchone())


def last_tick(conn: Connection) -> Instant | None:
    """Return when the clock was last read or a job last ended; None before the first."""
    reading = read(conn)
    found = [conn.scalar(_LAST_JOB), reading and reading.at]
    return max((at for at in found if at is not None), default=None)


def write(conn: Connection, reading: LastReading) -> None:
    """Keep a reading in place of the one before."""
    conn.execute(_CLEAR)
    conn.execute(_WRITE, asdict(reading))


def write_difference(conn: Connection, host: str, by: Duration, at: Instant) -> None:
    """Keep how far a host's clock is ahead of the database's; 0 if the two agree."""
    if by:
        put_row(conn, clock_differences, {"host": host, "at": at, "by": by})
    else:
        conn.execute(_AGREES, {"of": host})


def any_differs(conn: Connection, since: Instant) -> bool:
    """Return whether a clock differed from the database's at a look since then."""
    return bool(conn.scalar(_DIFFERS, {"since": since}))
