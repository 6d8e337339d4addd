"""The tables. Alembic's migrations make them; a test holds the two equal.

Every instant is a BIGINT of microseconds since 1970 in UTC: the same number on SQLite and PostgreSQL, exact,
and read straight into NumPy.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from engine.store.people_tables import (
    Id,
    Instant,
    absences,
    assignments,
    clients,
    consents,
    metadata,
    on_call_overrides,
    record_entries,
    rotations,
    staff,
)

# Those of people are taken from here like the rest.
__all__ = [
    "absences",
    "assignments",
    "clients",
    "consents",
    "metadata",
    "on_call_overrides",
    "record_entries",
    "rotations",
    "staff",
]


def _ordered_alike(length: int) -> String:
    """A text that has the same order on every database; PostgreSQL's own depends on the language of the server."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("source", _ordered_alike(64), nullable=False),
    Column("key", _ordered_alike(100), nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text),
    Column("origin", String(300), nullable=False),
    UniqueConstraint("source", "key"),
    # The order in which measures read, whole, so that a history is read without sorting it.
    Index(None, "client_id", "occurred_at", "source", "key"),
)

# What a correction replaced or a source withdrew, kept for audit. `event_id` is no foreign key, for a withdrawn
# event is gone.
event_versions = Table(
    "event_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", BigInteger, nullable=False, index=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text),
    Column("origin", String(300), nullable=False),
    Column("replaced_at", Instant, nullable=False),
)

# `digest` is that of `row`, which is too long for an index. `waits_for` is the unknown client's ref, where a client
# who is not in the roster yet is all that is wrong.
rejects = Table(
    "rejects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("item", String(300), nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("waits_for", String(64), index=True),
    Column("seen_at", Instant, nullable=False),
    Column("mended_at", Instant),
    Column("dismissed_at", Instant),
    UniqueConstraint("source", "item", "line", "digest"),
)

source_positions = Table(
    "source_positions",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("item", String(300), primary_key=True),
    Column("position", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

# Every rule set ever accepted, whole, so that any old alert can be explained by the rule as it was.
rule_sets = Table(
    "rule_sets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("accepted_at", Instant, nullable=False),
    Column("files", Text, nullable=False),
)

# Where each client's evaluation stands. `dirty_from` is the earliest instant that new or corrected events
# concern; `generation` counts such changes, so that one arriving during an evaluation is not lost.
evaluations = Table(
    "evaluations",
    metadata,
    Column("client_id", ForeignKey("clients.id"), primary_key=True, autoincrement=False),
    Column("evaluated_to", Instant),
    Column("dirty_from", Instant),
    Column("generation", BigInteger, nullable=False, server_default="0"),
    Column("next_due_at", Instant),
    Column("rules_hash", String(64)),
    Column("claimed_by", String(64)),
    Column("lease_until", Instant),
    # Evaluations that failed in a row; doctor names such clients.
    Column("failures", Integer, nullable=False, server_default="0"),
    Index(None, "next_due_at"),
    Index(None, "dirty_from"),
    Index(None, "rules_hash"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("rule_id", String(100), nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("rule_set_id", ForeignKey("rule_sets.id"), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("opened_at", Instant, nullable=False),
    Column("historic", Boolean, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("step", Integer, nullable=False, server_default="0"),
    Column("next_step_at", Instant),
    Column("owner_id", ForeignKey("staff.id")),
    # Why it is resolved (alerts/lifecycle.py); NULL while it is not.
    Column("resolution", String(20)),
    # The alert while which is unresolved nobody is told of this one. No foreign key: SQLite cannot add one.
    Column("quieted_by", BigInteger),
    # What becomes of one that began in silence (model/alert.py), and since when it is held.
    Column("silence", String(10)),
    Column("held_at", Instant),
    # When people were last told of it or somebody took it, and how often they were told again.
    Column("told_at", Instant),
    Column("reminders", Integer, nullable=False, server_default="0"),
    # Not unique with `began`: a span that corrected data take away and give back is two alerts.
    Index(None, "client_id", "rule_id"),
    CheckConstraint("state IN ('open', 'acknowledged', 'snoozed', 'resolved')", name="state"),
    Index(
        "ix_alerts_silence",
        "silence",
        "state",
        sqlite_where=text("silence IS NOT NULL"),
        postgresql_where=text("silence IS NOT NULL"),
    ),
    Index(
        "ix_alerts_quieted",
        "state",
        "quieted_by",
        sqlite_where=text("quieted_by IS NOT NULL"),
        postgresql_where=text("quieted_by IS NOT NULL"),
    ),
    Index(None, "state", "next_step_at"),
)

alert_transitions = Table(
    "alert_transitions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("from_state", String(20)),
    Column("to_state", String(20), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("why", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), index=True),
    Column("step", Integer, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("claimed_by", String(64)),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Unique, so that two rows of the same words can never both take one message of the carrier's for theirs.
    Column("provider_id", String(64), index=True, unique=True),
    Column("error_code", String(20)),
    Column("error_text", Text),
    Column("updated_at", Instant, nullable=False),
    Column("sent_at", Instant),
    # The message that carries this one with it (store/bundles.py). No foreign key, as above.
    Column("bundle_id", BigInteger, index=True),
    # Whether it tells somebody as a mentor, who needs a consent; who has the role of one always does.
    Column("to_mentor", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("alert_id", "step", "staff_id", "reason"),
    Index(None, "staff_id", "sent_at"),
    # The same for messages about no alert, for NULL equals nothing.
    Index(
        "uq_outbox_without_alert",
        "step",
        "staff_id",
        "reason",
        unique=True,
        sqlite_where=text("alert_id IS NULL"),
        postgresql_where=text("alert_id IS NULL"),
    ),
    Index(None, "state", "due_at"),
)

# Who was not told of an alert though a step would have told them, and why. `role` is the step's; NULL where what
# waited to be sent to them was taken back. `staff_id` is NULL where nobody has the role.
passed_over = Table(
    "passed_over",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("role", String(20)),
    Column("staff_id", ForeignKey("staff.id")),
    Column("why", String(200), nullable=False),
)

# By which number a recipient's texts and replies speak of an alert. `told_at` is when it was last said.
reply_codes = Table(
    "reply_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("code", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index(None, "staff_id", "code"),
)

# Every text that came in, once, whoever sent it. `understood` is what it asked for (messaging/replies.py).
inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider_id", String(64), nullable=False, unique=True),
    Column("sender", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("understood", String(20)),
    Column("answer", Text),
    Index(None, "sender", "id"),
)

# Numbers that said STOP: nothing is sent to them until they say START.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("phone", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Each text that told a mentor about a client, or may have: written before it is sent, never changed, and kept (42 CFR
# Part 2, sections 2.24 and 2.31). It holds the consent as it then was, for a roster corrects its rows.
disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    Column("told", String(20), nullable=False),
    # One of these two: a message of the outbox, or a text of the inbox that was answered.
    Column("message_id", ForeignKey("outbox.id")),
    Column("text_id", ForeignKey("inbox.id")),
    Column("attempt", Integer, nullable=False),
    Column("scope", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("expires_at", Instant),
    UniqueConstraint("message_id", "attempt"),
    Index(None, "client_id", "at"),
)

# Those that the carrier certainly never took, so that nothing was disclosed.
disclosures_averted = Table(
    "disclosures_averted",
    metadata,
    Column("disclosure_id", ForeignKey("disclosures.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)
