"""Refused rules: whether the rule files hold mistakes, so that the rules before them serve."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from engine.model.instant import Instant
from engine.store.tables.operations import refused_rules


@dataclass(frozen=True, slots=True)
class RefusedRules:
    """The refused rule files: how many mistakes they hold, and the line of the first one."""

    refused_at: Instant
    mistakes: int
    line: int | None


def read(conn: Connection) -> RefusedRules | None:
    """Return the refused rule files; None if the files were accepted."""
    row = conn.execute(select(refused_rules)).first()
    return RefusedRules(*row) if row else None


def record(conn: Connection, now: Instant, mistakes: int, line: int | None) -> None:
    """Record that the present rule files are refused."""
    clear(conn)
    conn.execute(insert(refused_rules).values(refused_at=now, mistakes=mistakes, line=line))


def clear(conn: Connection) -> None:
    """Record that the rule files are accepted."""
    conn.execute(delete(refused_rules))
