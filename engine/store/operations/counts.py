"""Counts of rows in the database; metrics and `handrail doctor` show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from engine.store.alerts import inactivity
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import rejects
from engine.store.tables.messages import outbox
from engine.store.tables.schedules import expectations


@dataclass(frozen=True, slots=True)
class Figures:
    """The number of rows of each sort; alerts and messages by state."""

    alerts: dict[str, int]
    messages: dict[str, int]
    expectations: dict[str, int]  # by outcome, those without one as `open`
    rejects: int  # neither fixed nor dismissed
    held: int  # alerts of inactivity that nobody is told of while data are missing


# The word as it is stored, because a database may hold one of a newer version.
_OUTCOME = cast(expectations.c.outcome, String)


def figures(conn: Connection) -> Figures:
    """Return the present counts."""
    open_rejects = (rejects.c.fixed_at.is_(None), rejects.c.dismissed_at.is_(None))
    return Figures(
        alerts=_by(conn, alerts.c.state),
        messages=_by(conn, outbox.c.state),
        expectations={outcome or "open": n for outcome, n in _by(conn, _OUTCOME).items()},
        rejects=conn.scalar(select(func.count()).select_from(rejects).where(*open_rejects)) or 0,
        held=inactivity.held_count(conn),
    )


def _by(conn: Connection, state: ColumnElement[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in conn.execute(select(state, func.count()).group_by(state))}
