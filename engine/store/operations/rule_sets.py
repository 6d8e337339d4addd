"""Rule sets: every accepted one, whole, and which of them is serving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.store.database.locks import lock
from engine.store.database.prepared import prepared
from engine.store.tables.operations import audit, rule_sets

_NEWEST = prepared(
    select(rule_sets).order_by(rule_sets.c.accepted_at.desc(), rule_sets.c.id.desc()).limit(1)
)
_NEWEST_ID = prepared(
    _NEWEST.with_only_columns(rule_sets.c.id, rule_sets.c.accepted_at, rule_sets.c.hash)
)


@dataclass(frozen=True, slots=True)
class StoredRuleSet:
    """An accepted rule set: its files by name, as they were, and when it last began to serve."""

    id: int
    hash: str
    accepted_at: Instant  # microseconds since 1970
    files: Mapping[str, str]


class ServingSet(NamedTuple):
    """The rule set that serves, and since when."""

    id: int
    since: Instant


def accept(conn: Connection, hash: str, files: Mapping[str, str], at: Instant) -> int:  # noqa: A002 - the column's word
    """Let this rule set serve from `at` on; return its id, always the same for one hash.

    The call waits for another daemon that accepts rules at this moment.
    """
    lock(conn, "rule")
    now_serving = serving(conn)
    if now_serving and now_serving.hash == hash:
        return now_serving.id
    # The clock may have been set back since.
    at = max(at, now_serving.accepted_at + 1) if now_serving else at
    known = conn.scalar(select(rule_sets.c.id).where(rule_sets.c.hash == hash))
    if known is not None:
        conn.execute(update(rule_sets).where(rule_sets.c.id == known).values(accepted_at=at))
        return int(known)
    written = json.dumps(dict(files), sort_keys=True, ensure_ascii=False)
    new = (
        insert(rule_sets).values(hash=hash, accepted_at=at, files=written).returning(rule_sets.c.id)
    )
    return int(conn.execute(new).scalar_one())


def serving(conn: Connection) -> StoredRuleSet | None:
    """Return the rule set accepted last."""
    return _read(conn.execute(_NEWEST).first())


def serves(conn: Connection, hash: str) -> ServingSet | None:  # noqa: A002 - the column's word
    """Return the serving rule set if it has this hash; else None."""
    newest = conn.execute(_NEWEST_ID).first()
    if newest is None or newest.hash != hash:
        return None
    return ServingSet(newest.id, newest.accepted_at)


def by_id(conn: Connection, id: int) -> StoredRuleSet | None:  # noqa: A002 - the column's word
    """Return the rule set of this id, as an old alert names it."""
    return _read(conn.execute(select(rule_sets).where(rule_sets.c.id == id)).first())


def acceptances(conn: Connection, newest: int) -> list[tuple[int, StoredRuleSet]]:
    """Return the instant and the set of each time that one began to serve, newest first."""
    wanted = (
        select(audit.c.at, audit.c.subject)
        .where(audit.c.action == AuditAction.RULES_ACCEPTED.value)
        .order_by(audit.c.id.desc())
    )
    rows = [
        (row.at, int(row.subject.removeprefix("rule set ")))
        for row in conn.execute(wanted.limit(newest))
    ]
    known = select(rule_sets).where(rule_sets.c.id.in_({number for _, number in rows}))
    sets = {row.id: _read(row) for row in conn.execute(known)}
    return [(at, found) for at, number in rows if (found := sets.get(number))]


def _read(row: Row[tuple[object, ...]] | None) -> StoredRuleSet | None:
    return row and StoredRuleSet(row.id, row.hash, row.accepted_at, json.loads(row.files))
