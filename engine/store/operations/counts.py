"""Counts of rows in the database; metrics and `handrail doctor` show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, String, bindparam, cast, func, select

from engine.model.instant import DAY_US, Instant
from engine.store.alerts import inactivity
from engine.store.intake import received, source_health
from engine.store.intake.rejects import numbers_open
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import rejects
from engine.store.tables.messages import outbox
from engine.store.tables.schedules import expectations


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """The state of a source; instants in microseconds since 1970."""

    read: Instant
    arrived: Instant
    is_out: bool
    rejects: int
    waiting: int  # records that came over a network and are not read yet


@dataclass(frozen=True, slots=True)
class Figures:
    """The number of rows of each sort; alerts and messages by state."""

    alerts: dict[str, int]
    messages: dict[str, int]
    rejects: int  # neither fixed nor dismissed
    sources: dict[str, SourceFigures]  # by name
    held: int  # alerts of inactivity that nobody is told of while data are missing


# The word as it is stored, because a database may hold one of a newer version.
_OUTCOME = cast(expectations.c.outcome, String)
_ENDED = (
    select(_OUTCOME, func.count())
    .where(expectations.c.ended_at > bindparam("since"))
    .group_by(_OUTCOME)
)
_OPEN = select(func.count()).where(expectations.c.outcome.is_(None))


def figures(conn: Connection) -> Figures:
    """Return the present counts."""
    open_rejects = (rejects.c.fixed_at.is_(None), rejects.c.dismissed_at.is_(None))
    return Figures(
        alerts=_by(conn, alerts.c.state),
        messages=_by(conn, outbox.c.state),
        rejects=conn.scalar(select(func.count()).select_from(rejects).where(*open_rejects)) or 0,
        sources=_sources(conn),
        held=inactivity.held_count(conn),
    )


def expectations_of_a_day(conn: Connection, now: Instant) -> dict[str, int]:
    """Count the expectations that ended within 24 hours, by outcome, and those that are `open`.

    Each is found by an index, so that the cost does not grow with the history.
    """
    ended = {row[0]: row[1] for row in conn.execute(_ENDED, {"since": now - DAY_US})}
    return {**ended, "open": conn.scalar(_OPEN) or 0}


def _sources(conn: Connection) -> dict[str, SourceFigures]:
    wrong, waiting = numbers_open(conn), received.numbers_waiting(conn)
    return {
        name: SourceFigures(
            feed.read, feed.arrived, feed.out_since is not None, wrong.get(name, 0),
            waiting.get(name, 0),
        )
        for name, feed in source_health.read(conn).items()
    }  # fmt: skip


def _by(conn: Connection, state: ColumnElement[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in conn.execute(select(state, func.count()).group_by(state))}
