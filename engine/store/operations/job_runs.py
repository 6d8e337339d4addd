"""Job runs: when each job of the daemon last ended and last succeeded, and the error in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select

from engine.model.instant import Instant
from engine.store.database.upsert import insert_of
from engine.store.tables.operations import job_runs

_ALL = select(job_runs)


@dataclass(frozen=True, slots=True)
class JobRun:
    """The last run of a job.

    `error` is None if it went well, `succeeded_at` None if no run ever did.
    """

    ended_at: Instant
    succeeded_at: Instant | None
    error: str | None


def record(conn: Connection, job: str, at: Instant, error: str | None = None) -> None:
    """Record that a run of a job ended.

    Args:
        conn: A connection in a write transaction.
        job: The name of the job, such as `evaluate`.
        at: When the run ended.
        error: The sentence about the fault; None if the run went well.
    """
    row = {"job": job, "ended_at": at, "succeeded_at": None if error else at, "error": error}
    conn.execute(_put(conn.dialect.name), row)


def read(conn: Connection) -> dict[str, JobRun]:
    """Return the last run of each job that ever ran, by the job's name."""
    return {job: JobRun(*run) for job, *run in conn.execute(_ALL)}


@cache
def _put(dialect: str) -> Any:
    insert = insert_of(dialect, job_runs)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[job_runs.c.job],
        set_={
            "ended_at": new.ended_at,
            # A run that failed leaves the last success as it was.
            "succeeded_at": func.coalesce(new.succeeded_at, job_runs.c.succeeded_at),
            "error": new.error,
        },
    )
