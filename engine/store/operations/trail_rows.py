"""Rows of the audit trail as a list, the newest first, with names in place of ids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.model.instant import Instant
from engine.model.site_pages import TrailRow
from engine.store.access import accounts
from engine.store.people import roster, staff
from engine.store.tables.operations import audit


def listed(conn: Connection, before: int | None, action: str, most: int) -> list[TrailRow]:
    """Return rows, the newest first.

    Args:
        conn: A connection.
        before: Only rows older than this one; None for the newest.
        action: Only rows of this action; empty for all.
        most: How many at most.
    """
    wanted = select(audit).order_by(audit.c.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    if action:
        wanted = wanted.where(audit.c.action == action)
    return _with_names(conn, conn.execute(wanted).all())


def since(conn: Connection, first: Instant, client_id: int | None) -> list[TrailRow]:
    """Return the rows from an instant on, the oldest first.

    Args:
        conn: A connection.
        first: The instant.
        client_id: Only rows about this client; None for all.
    """
    wanted = select(audit).where(audit.c.at >= first).order_by(audit.c.id)
    if client_id is not None:
        wanted = wanted.where(audit.c.subject == f"client {client_id}")
    return _with_names(conn, conn.execute(wanted).all())


def _with_names(conn: Connection, rows: Sequence[Row[Any]]) -> list[TrailRow]:
    about = {int(id_) for row in rows if (id_ := row.subject.removeprefix("client ")).isdigit()}
    names: dict[str, Mapping[int, str]] = {
        "client": roster.refs_of(conn, sorted(about)),
        "staff": {one.id: one.shown for one in staff.everybody(conn).values()},
        "account": {one.id: one.name for one in accounts.everybody(conn)},
    }
    return [
        TrailRow(
            row.id, row.at, _named(row.actor, names), row.action, _named(row.subject, names),
            json.loads(row.detail), row.hash,
        )
        for row in rows
    ]  # fmt: skip


def _named(text: str, names: Mapping[str, Mapping[int, str]]) -> str:
    kind, _, number = text.partition(" ")
    return names.get(kind, {}).get(int(number), text) if number.isdigit() else text
