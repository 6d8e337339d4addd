"""The tables of alerts: their states, who was skipped, and where each evaluation stands."""

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
    text,
)

from engine.store.tables.columns import Id, Instant, WordSet, index_of_some, metadata

# As store/alerts/severity_order.py writes it: an index serves only the very same expression.
_RANK = (
    "(CASE severity WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' "
    "THEN 3 ELSE 4 END)"
)

# The evaluation of each client. `dirty_from` is the earliest instant that new or corrected events
# concern. `generation` counts such changes, so that one arriving during an evaluation is not lost.
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
    # The newest change has the highest number; NULL if nothing waits to be judged.
    Column("change", BigInteger),
    Index(None, "next_due_at"),
    index_of_some("ix_evaluations_dirty_from", "dirty_from"),
    index_of_some("ix_evaluations_change", "change"),
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
    # When the next step comes or a snoozed alert wakes, and when that was last settled.
    Column("next_step_at", Instant),
    Column("step_set_at", Instant),
    Column("owner_id", ForeignKey("staff.id")),
    # Why it is resolved (alerts/lifecycle.py); NULL if it is not.
    Column("resolution", String(20)),
    # While the alert of this id is unresolved, this one does not notify. No foreign key: SQLite
    # cannot add one.
    Column("inhibited_by", BigInteger),
    # Whether an alert that began in inactivity is believed (model/alert.py), and since when it is
    # held.
    Column("inactivity", String(10)),
    Column("held_at", Instant),
    # When its policy last began; NULL if nobody was told, or all texts were cancelled before they
    # went.
    Column("notified_at", Instant),
    # When people last heard of it or took it, and the number of reminders since.
    Column("told_at", Instant),
    Column("reminders", Integer, nullable=False, server_default="0"),
    # Not unique with `began`: a span that corrected data delete and restore is two alerts.
    Index(None, "client_id", "rule_id"),
    CheckConstraint("state IN ('open', 'acknowledged', 'snoozed', 'resolved')", name="state"),
    Index(
        "ix_alerts_inactivity",
        "inactivity",
        "state",
        sqlite_where=text("inactivity IS NOT NULL"),
        postgresql_where=text("inactivity IS NOT NULL"),
    ),
    Index(
        "ix_alerts_inhibited",
        "state",
        "inhibited_by",
        sqlite_where=text("inhibited_by IS NOT NULL"),
        postgresql_where=text("inhibited_by IS NOT NULL"),
    ),
    Index(None, "state", "next_step_at"),
    Index(None, "rule_id", "opened_at"),
    # What people act on, in their order.
    Index(
        "ix_alerts_unresolved",
        text(_RANK),
        "opened_at",
        "client_id",
        "state",
        sqlite_where=text("state != 'resolved' AND shadow = 0"),
        postgresql_where=text("state != 'resolved' AND NOT shadow"),
    ),
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

# The people whom a step names and who were not told, and why. `role` is the step's; NULL if a
# message that waited for them was taken back. `staff_id` is NULL if nobody has the role.
skipped_recipients = Table(
    "skipped_recipients",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("role", String(20)),
    Column("staff_id", ForeignKey("staff.id")),
    Column("reason", String(30), nullable=False),  # model/notify_reason.py
    Column("stand_in_id", BigInteger),  # the stand-in; no foreign key, as above
    Column("rotation", String(40)),
)

# The outages at the last look. `cause` names a source or a rule (model/outages.py). `kinds` are the
# missing kinds of events. `over` is since when the data are back.
outages = Table(
    "outages",
    metadata,
    Column("cause", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("kinds", WordSet, nullable=False),
    Column("over", Instant),
)

# Periods in which nobody is told of a client, or of a rule's alerts, and why.
mutes = Table(
    "mutes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id")),
    Column("rule_id", String(64)),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("why", String(200), nullable=False),
    Column("removed_at", Instant),
    Index(None, "ended"),
)
