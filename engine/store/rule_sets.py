"""Rule sets: every one ever accepted, whole, and which of them is serving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from engine.store.schema import rule_sets


@dataclass(frozen=True, slots=True)
class RuleSet:
    """An accepted rule set: its files by name, as they were, and when it last began to serve."""

    id: int
    hash: str
    accepted_at: int  # microseconds since 1970
    files: Mapping[str, str]


def accept(conn: Connection, hash: str, files: Mapping[str, str], at: int) -> int:  # noqa: A002 - the column's word
    """Let this rule set serve from `at` on; its id, which is the same for the same hash for ever."""
    now_serving = serving(conn)
    if now_serving and now_serving.hash == hash:
        return now_serving.id
    known = conn.scalar(select(rule_sets.c.id).where(rule_sets.c.hash == hash))
    if known is not None:
        conn.execute(update(rule_sets).where(rule_sets.c.id == known).values(accepted_at=at))
        return int(known)
    written = json.dumps(dict(files), sort_keys=True, ensure_ascii=False)
    new = insert(rule_sets).values(hash=hash, accepted_at=at, files=written).returning(rule_sets.c.id)
    return int(conn.execute(new).scalar_one())


def serving(conn: Connection) -> RuleSet | None:
    """The rule set accepted last."""
    newest = select(rule_sets).order_by(rule_sets.c.accepted_at.desc(), rule_sets.c.id.desc()).limit(1)
    return _read(conn.execute(newest).first())


def by_id(conn: Connection, id: int) -> RuleSet | None:  # noqa: A002 - the column's word
    """The rule set of this id, as an old alert names it."""
    return _read(conn.execute(select(rule_sets).where(rule_sets.c.id == id)).first())


def _read(row: Row[tuple[object, ...]] | None) -> RuleSet | None:
    return row and RuleSet(row.id, row.hash, row.accepted_at, json.loads(row.files))
