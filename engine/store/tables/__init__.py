"""The tables. Alembic's migrations create them; a test holds the two equal."""

from __future__ import annotations

from engine.store.tables import (
    access,
    alerts,
    intake,
    messages,
    operations,
    people,
    rule_drafts,
    schedules,
)
from engine.store.tables.columns import metadata

__all__ = [
    "access",
    "alerts",
    "intake",
    "messages",
    "metadata",
    "operations",
    "people",
    "rule_drafts",
    "schedules",
]
