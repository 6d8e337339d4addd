"""The tables of messages: the outbox, the inbox, and reply codes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from engine.model.message import MessageKind
from engine.store.tables.columns import Id, Instant, enum_text, index_of_some, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), index=True),
    Column("step", Integer, nullable=False),
    # One of these two. No foreign key to the client: SQLite cannot add one.
    Column("staff_id", ForeignKey("staff.id")),
    Column("client_id", BigInteger),
    Column("kind", enum_text(MessageKind, 20), nullable=False),
    # It sets a message apart from others of its kind (model/message.py).
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("subject_id", BigInteger, nullable=False, server_default="0"),
    # Due messages go in this order, and then by when they were due.
    Column("urgency", Integer, nullable=False, server_default="2"),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("claimed_by", String(64)),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Unique, so that two rows of the same words can never both claim one message of the carrier.
    Column("provider_id", String(64)),
    Column("error_code", String(20)),
    Column("error_text", Text),
    Column("updated_at", Instant, nullable=False),
    # The number it is handed to, and when; `sent_at` is empty while it certainly was not sent.
    Column("phone", String(20)),
    Column("sent_at", Instant),
    # The message that carries this one with it (store/messages/grouping.py). No foreign key, as
    # above.
    Column("bundle_id", BigInteger),
    # Whether its recipient is told as a mentor, who needs a consent; staff with that role always
    # are.
    Column("to_mentor", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("alert_id", "step", "staff_id", "kind", "sequence", "subject_id"),
    Index(None, "staff_id"),
    index_of_some("ix_outbox_provider_id", "provider_id", unique=True),
    index_of_some("ix_outbox_bundle_id", "bundle_id"),
    index_of_some("ix_outbox_phone_sent_at", "phone", "sent_at"),
    # The same for messages about no alert, because NULL equals nothing.
    Index(
        "uq_outbox_without_alert",
        "step",
        "staff_id",
        "kind",
        "sequence",
        "subject_id",
        unique=True,
        sqlite_where=text("alert_id IS NULL"),
        postgresql_where=text("alert_id IS NULL"),
    ),
    Index(
        "uq_outbox_to_client",
        "client_id",
        "kind",
        "sequence",
        unique=True,
        sqlite_where=text("client_id IS NOT NULL"),
        postgresql_where=text("client_id IS NOT NULL"),
    ),
    Index(None, "state", "urgency", "due_at"),
)

# The number that stands for an alert in texts to a recipient and in replies. `told_at` is when it
# was last texted.
reply_codes = Table(
    "reply_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    # The number that was told; empty if there was none.
    Column("phone", String(20), primary_key=True, index=True),
    Column("code", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index(None, "staff_id", "code"),
)

# Every incoming text, once, from any sender. `understood` is its request (messaging/replies.py).
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
    # The people who had the number when the text came in; of several the first. No foreign keys:
    # SQLite cannot add one.
    Column("client_id", BigInteger),
    Column("staff_id", BigInteger),
    # The account of the person who first marked a client's text as seen, and when.
    Column("seen_by", BigInteger),
    Column("seen_at", Instant),
    Index(None, "sender", "id"),
    Index(None, "client_id", "id"),
    Index(
        "ix_inbox_unseen",
        "client_id",
        "received_at",
        sqlite_where=text("client_id IS NOT NULL AND seen_at IS NULL"),
        postgresql_where=text("client_id IS NOT NULL AND seen_at IS NULL"),
    ),
)

# The alerts that a text opened, joined or acted on.
inbox_alerts = Table(
    "inbox_alerts",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Index(None, "alert_id"),
)

# The short links of texts to staff: each leads one member of staff to one alert.
alert_links = Table(
    "alert_links",
    metadata,
    Column("token", String(12), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("alert_id", "staff_id"),
)
