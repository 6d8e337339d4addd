"""People write drafts of rule files in the console, and try them on the caseload."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables; nothing is drafted at first."""
    op.create_table(
        "rule_drafts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("file", sa.String(80), nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules_text", sa.Text(), nullable=False),
        sa.Column("cases_text", sa.Text(), nullable=False),
        sa.Column("base_rules", sa.Text(), nullable=False),
        sa.Column("base_cases", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", _ID),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_drafts"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_rule_drafts_account_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name="fk_rule_drafts_decided_by"),
    )
    op.create_index("ix_rule_drafts_file", "rule_drafts", ["file"])
    op.create_table(
        "rule_studies",
        sa.Column("id", _ID, nullable=False),
        sa.Column("draft_id", _ID),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("texts_hash", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_studies"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_rule_studies_account_id"),
        sa.ForeignKeyConstraint(["draft_id"], ["rule_drafts.id"], name="fk_rule_studies_draft_id"),
    )
    op.create_index("ix_rule_studies_draft_id", "rule_studies", ["draft_id"])
