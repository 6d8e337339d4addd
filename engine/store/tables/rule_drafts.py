"""The tables of the work on rules: drafts that people write, and studies of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from engine.model.rule_draft import DraftState, StudyKind, StudyState
from engine.store.tables.columns import Id, Instant, enum_text, metadata

# One row for each piece of work of an account on a file. `base_*` is the file as it was when the
# account began; `version` rises with each save, so that a second window cannot overwrite the first.
rule_drafts = Table(
    "rule_drafts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file", String(80), nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("state", enum_text(DraftState, 12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rules_text", Text, nullable=False),
    Column("cases_text", Text, nullable=False),
    Column("base_rules", Text, nullable=False),
    Column("base_cases", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("proposed_at", Instant),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("accounts.id")),
    Column("answer", Text, nullable=False),
)

# A preview or a search that has ended; `page` is its page, as the command writes it.
rule_studies = Table(
    "rule_studies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("draft_id", ForeignKey("rule_drafts.id"), index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("kind", enum_text(StudyKind, 12), nullable=False),
    Column("state", enum_text(StudyState, 12), nullable=False),
    Column("asked", Text, nullable=False),
    Column("texts_hash", String(64), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("said", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("summary", Text, nullable=False),
)
