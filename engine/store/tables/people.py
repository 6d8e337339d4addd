"""The tables of people: clients, staff, who looks after whom, consents, and opt-outs."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.store.tables.columns import Id, Instant, WordSet, metadata

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
    Column("call_name", String(15)),
    # The number that was confirmed to be theirs; another number must be confirmed too.
    Column("confirmed_phone", String(20)),
    Index(None, "phone"),
    Index(None, "role"),
)

# What a roster says of members of staff beside their columns, such as a mentor's languages.
staff_attributes = Table(
    "staff_attributes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    Column("name", String(64), primary_key=True),
    Column("value", String(200), nullable=False),
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
    Column("said_of", Id),  # the client of its row, if that one was merged into `client_id`
    UniqueConstraint("client_id", "staff_id", "role", "began"),
    Index(None, "staff_id"),
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
    # Of consents to supporters: who they are to the client, and how the consent was given.
    Column("relation", String(40)),
    Column("how", String(200)),
    UniqueConstraint("client_id", "staff_id", "given_at"),
)

# The numbers by which other systems know clients, such as mrn:12345.
client_identifiers = Table(
    "client_identifiers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),  # since then it names nobody
    Index(None, "client_id"),
)

# Clients who are one person: what sources say of `client_id` counts for `into_id`. `alert_ids` (a
# list in JSON) and `phone` are what the first one had, and gets back when the merge is undone.
client_merges = Table(
    "client_merges",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("into_id", ForeignKey("clients.id"), nullable=False),
    Column("merged_at", Instant, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("ended_care", Boolean, nullable=False),
    Column("alert_ids", Text, nullable=False),
    Column("phone", String(20)),
    Column("undone_at", Instant),
    Index(None, "client_id"),
    Index(None, "into_id"),
)

# The on-call rotations that serve, from config.yaml at the daemon's last start. `first_handover` is
# a reading of the local clock, in microseconds as if it were UTC. `from_time` and `to_time` are
# microseconds since local midnight. `weekdays` and `staff` are lists in JSON.
rotations = Table(
    "rotations",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("timezone", String(64), nullable=False),
    Column("first_handover", Instant, nullable=False),
    Column("turn", String(10), nullable=False),
    Column("weekdays", Text, nullable=False),
    Column("from_time", Instant),
    Column("to_time", Instant),
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

# The codes by which people confirm their numbers, and how often they were asked. A number may say
# that it is not theirs.
phone_codes = Table(
    "phone_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    Column("phone", String(20), primary_key=True),
    Column("code", String(4), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("denied_at", Instant),
)

# What clients agreed to (model/agreement.py); the newest one of a client counts.
agreements = Table(
    "agreements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False, index=True),
    Column("given_at", Instant, nullable=False),
    Column("how", String(200), nullable=False),
    Column("wording", String(40), nullable=False),
    Column("language", String(10), nullable=False),
    Column("quiet_from", String(5), nullable=False),
    Column("quiet_to", String(5), nullable=False),
    Column("withdrawn_at", Instant),
)

# What supporters agreed to (model/supporter.py); the newest one of a supporter counts.
supporter_agreements = Table(
    "supporter_agreements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("given_at", Instant, nullable=False),
    Column("how", String(200), nullable=False),
    Column("language", String(10), nullable=False),
    Column("quiet_from", String(5), nullable=False),
    Column("quiet_to", String(5), nullable=False),
    Column("series", String(64)),
    Column("withdrawn_at", Instant),
)

# Numbers that said STOP: nothing is sent to them until they say START.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("phone", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Each text that told a mentor or supporter about a client, or may have: written before it is sent,
# never changed, and kept (42 CFR Part 2, sections 2.24 and 2.31). It holds the consent as it then
# was, because a roster corrects its rows.
disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("alert_id", ForeignKey("alerts.id")),
    Column("told", String(20), nullable=False),
    # One of these two: a message of the outbox, or an answered text of the inbox.
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

# Texts that the carrier certainly never took, so that nothing was disclosed.
disclosures_averted = Table(
    "disclosures_averted",
    metadata,
    Column("disclosure_id", ForeignKey("disclosures.id"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)

# What people wrote down about a client, perhaps about one alert; never changed.
notes = Table(
    "notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False, index=True),
    Column("alert_id", ForeignKey("alerts.id")),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("words", Text, nullable=False),
)

# A client's consent that somebody outside may be written to (42 CFR Part 2, section 2.31): to whom,
# what for, and how much. Only `revoked_at` ever changes.
letter_consents = Table(
    "letter_consents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", ForeignKey("clients.id"), nullable=False, index=True),
    Column("recipient_kind", String(20), nullable=False),
    Column("recipient", String(120), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("scope", WordSet, nullable=False),
    Column("how", String(200), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# Each letter that was handed out: which fields it discloses, and the SHA-256 of its file. Written
# before the file is there, and never changed.
letters = Table(
    "letters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("client_id", ForeignKey("clients.id"), nullable=False),
    Column("consent_id", ForeignKey("letter_consents.id"), nullable=False),
    Column("template", String(64), nullable=False),
    Column("language", String(10), nullable=False),
    Column("fields", WordSet, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("actor", String(64), nullable=False),
    Index(None, "client_id", "at"),
)
