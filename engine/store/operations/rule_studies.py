"""Studies of rules that have ended: their pages and their figures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, literal, select

from engine.model.rule_draft import RuleStudy
from engine.store.tables.access import accounts
from engine.store.tables.rule_drafts import rule_studies

_STUDIES = select(rule_studies, accounts.c.name.label("by")).join(
    accounts, rule_studies.c.account_id == accounts.c.id
)
# Without the pages, because they are long and a list shows none.
_LISTED = [column for column in rule_studies.c if column is not rule_studies.c.page]
_NEWEST = _STUDIES.with_only_columns(
    *_LISTED, literal("").label("page"), accounts.c.name.label("by"), maintain_column_froms=True
).order_by(rule_studies.c.id.desc())


def add(conn: Connection, study: RuleStudy, account_id: int) -> int:
    """Keep a study; return its id, and not the one that it came with."""
    row = {
        "draft_id": study.draft_id, "account_id": account_id, "kind": study.kind,
        "state": study.state, "asked": study.asked, "texts_hash": study.texts_hash,
        "began_at": study.began_at, "ended_at": study.ended_at, "said": study.said,
        "page": study.page, "summary": study.summary,
    }  # fmt: skip
    made = conn.execute(insert(rule_studies).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def by_id(conn: Connection, study_id: int) -> RuleStudy | None:
    """Return a study; None if there is none of this id."""
    row = conn.execute(_STUDIES.where(rule_studies.c.id == study_id)).first()
    return None if row is None else _read(row)


def newest(conn: Connection, most: int, draft_id: int | None = None) -> list[RuleStudy]:
    """Return the last studies without their pages, the newest first; of one draft, or of all."""
    wanted = _NEWEST.limit(most)
    if draft_id is not None:
        wanted = wanted.where(rule_studies.c.draft_id == draft_id)
    return [_read(row) for row in conn.execute(wanted)]


def _read(row: Any) -> RuleStudy:
    return RuleStudy(
        row.id,
        row.draft_id,
        row.by,
        row.kind,
        row.state,
        row.asked,
        row.texts_hash,
        row.began_at,
        row.ended_at,
        row.said,
        row.page,
        row.summary,
    )
