"""The tables of operations: rule sets, the audit log, and the state of the daemon."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from engine.store.tables.columns import Id, Instant, metadata

# Every rule set ever accepted, whole, so that any old alert can be explained by the rule as it was.
rule_sets = Table(
    "rule_sets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("accepted_at", Instant, nullable=False),
    Column("files", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(100), nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

# Which clients a page or an answer to a program showed that is about several of them.
listed_views = Table(
    "listed_views",
    metadata,
    Column("client_id", ForeignKey("clients.id"), primary_key=True, autoincrement=False),
    Column("audit_id", ForeignKey("audit.id"), primary_key=True, autoincrement=False),
)

# The last run of each job of the daemon. `succeeded_at` is the end of the last run without an
# error.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("ended_at", Instant, nullable=False),
    Column("succeeded_at", Instant),
    Column("error", Text),
)

# The circuit breaker of each channel, when the carrier was last asked for the texts that came in,
# and whether numbers are verified.
channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("since", Instant),
    Column("stopped_until", Instant),
    Column("error_code", String(20)),
    Column("texts_listed_at", Instant),
    # Whether a number must be confirmed, as config.yaml had it when the daemon last began.
    Column("verifies_numbers", Boolean),
)

# The times at which more texts waited than people can act on one by one; `last_held_at` is in the
# newest row when the storm brake last held.
alert_storms = Table(
    "alert_storms",
    metadata,
    Column("began_at", Instant, primary_key=True, autoincrement=False),
    Column("last_held_at", Instant, nullable=False),
    Column("clients", Integer, nullable=False),
)

# The promises found broken at the watchdog's last look, and since when each is.
broken_promises = Table(
    "broken_promises",
    metadata,
    Column("promise", Text, primary_key=True),
    Column("since", Instant, nullable=False),
)

# One row while the rule files hold mistakes, and none otherwise; `line` is that of the first
# mistake.
refused_rules = Table(
    "refused_rules",
    metadata,
    Column("refused_at", Instant, primary_key=True, autoincrement=False),
    Column("mistakes", Integer, nullable=False),
    Column("line", Integer),
)

# One row: the last tick of the flows' clock, and its last jump. `floor` is the least that `at` can
# be, if the clock was right before its last gap. While `repaired_at` is fresh, stamps that the
# clock left behind up to `was` are pulled back.
machine_clock = Table(
    "machine_clock",
    metadata,
    Column("at", Instant, primary_key=True, autoincrement=False),
    Column("floor", Instant, nullable=False),
    Column("jumped_at", Instant),
    Column("jumped_by", BigInteger),
    Column("repaired_at", Instant),
    Column("was", Instant),
    Column("away_from", Instant),
    Column("away_until", Instant),
)

# How far (microseconds) a machine's clock last was ahead of the database's, if the two differ.
clock_differences = Table(
    "clock_differences",
    metadata,
    Column("host", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", BigInteger, nullable=False),
)
