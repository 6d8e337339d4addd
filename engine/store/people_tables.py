"""The tables of people: who they are, who looks after whom, and who is there; schema.py has the others beside them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only on INTEGER; PostgreSQL gets a BIGINT.
Id = BigInteger().with_variant(Integer, "sqlite")
Instant = BigInteger

clients = Table(
    "clients",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ref", String(64), nullable=False, unique=True),
    Column("timezone", String(64), nullable=False),
    Column("phone", String(20)),
)

# A client's record with its dates (model/client.py): enrolment, leave, discharge and attributes.
record_entries = Table(
    "record_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("entry", String(64), nullable=False),
    Column("value", String(200)),
    UniqueConstraint("client_id", "at", "entry"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ref", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("phone", String(20)),
    Column("timezone", String(64), nullable=False),
    Column("quiet_from", String(5)),
    Column("quiet_to", String(5)),
    Column("active", Boolean, nullable=False),
    Index(None, "phone"),
    Index(None, "role"),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    UniqueConstraint("client_id", "staff_id", "role", "began"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("alias", String(40), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    UniqueConstraint("client_id", "staff_id", "given_at"),
)

# The on-call rotations that serve, as config.yaml had them when the daemon last began (model/on_call.py).
# `first_handover` is a reading of the local clock, in microseconds as if it were UTC; `staff` are refs, in JSON.
rotations = Table(
    "rotations",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("timezone", String(64), nullable=False),
    Column("first_handover", Instant, nullable=False),
    Column("staff", Text, nullable=False),
)

on_call_overrides = Table(
    "on_call_overrides",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rotation", String(40), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("removed_at", Instant),
)

absences = Table(
    "absences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("stand_in_id", ForeignKey("staff.id")),
    Column("removed_at", Instant),
)
