"""The table of expectations."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint, text

from engine.model.schedule import ChangeKind, Outcome, OutcomeReason
from engine.store.tables.columns import Id, Instant, enum_text, metadata, ordered_alike

# The changes of schedules for one client (model/schedule.py); days are local ones.
schedule_changes = Table(
    "schedule_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False, index=True),
    Column("schedule_id", String(60), nullable=False),
    Column("kind", enum_text(ChangeKind, 30), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10)),
    Column("by", String(5)),
    Column("reason", String(200), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# The seeds of random draws; each is made before its month, and its hash is in the audit trail.
draw_seeds = Table(
    "draw_seeds",
    metadata,
    Column("schedule_id", String(60), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("seed", String(64), nullable=False),
    Column("made_on", String(10), nullable=False),
)

# What each client is due to do, a row an occurrence; `day` is its local day. Without an outcome it
# is open. `event_source` and `event_key` are the identity of the event that ended it.
expectations = Table(
    "expectations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("schedule_id", String(60), nullable=False),
    Column("day", String(10), nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("outcome", enum_text(Outcome, 30)),
    Column("reason", enum_text(OutcomeReason, 30)),
    Column("event_source", ordered_alike(64)),
    Column("event_key", ordered_alike(100)),
    Column("ended_at", Instant),
    # When the client was asked, and the answers so far, a list in JSON.
    Column("asked_at", Instant),
    Column("answers", String(200)),
    UniqueConstraint("client_id", "schedule_id", "day"),
    Index(None, "client_id", "closes_at"),
    Index(None, "client_id", "asked_at"),
    Index("ix_expectations_ended_at_outcome", "ended_at", "outcome"),
    Index(
        "ix_expectations_open",
        "due_at",
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)
