"""Where the database holds data about one client, and what becomes of each table in an erasure.

An export reads by the same list. A test holds the list complete: it names every table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from engine.model.message import ABOUT_THE_SUPPORTED
from engine.store.tables import access, alerts, intake, messages, people, rule_drafts, schedules
from engine.store.tables.operations import audit, listed_views

GONE = "(erased)"
# An attribute of the client's record, which any roster can set.
LEGAL_HOLD = "legal_hold"
TOMBSTONE = "erased-"

_CLIENT: BindParameter[int] = bindparam("client")
_ALERTS = select(alerts.alerts.c.id).where(alerts.alerts.c.client_id == _CLIENT)
_OF_ALERT = "the alert it belongs to stays, and its words are gone"
_PART_2 = "42 CFR 2.31 and 45 CFR 164.530(j): what the client agreed to is kept six years"
_ACCOUNT = "45 CFR 164.528: the client may ask for six years to whom data were disclosed"


@dataclass(frozen=True, slots=True)
class ClientTable:
    """A table that holds data about a client.

    Attributes:
        table: The table.
        of: Which of its rows are about the client whose id is `client`.
        kept: Why the rows stay in an erasure; empty if they are deleted.
        blanks: The columns of rows that stay which hold the client's data, and what they hold then.
    """

    table: Table
    of: ColumnElement[bool]
    kept: str = ""
    blanks: Mapping[str, object] = field(default_factory=dict)


def _own(table: Table) -> ColumnElement[bool]:
    return table.c.client_id == _CLIENT


def _of_alerts(table: Table) -> ColumnElement[bool]:
    return table.c.alert_id.in_(_ALERTS)


# Texts to the client, about an alert of theirs, and to their supporters.
_TEXTS = or_(
    _own(messages.outbox),
    _of_alerts(messages.outbox),
    and_(messages.outbox.c.kind.in_(ABOUT_THE_SUPPORTED), messages.outbox.c.subject_id == _CLIENT),
)
# In the order of an erasure: each table before those that say which of its rows are meant.
CLIENT_TABLES: Sequence[ClientTable] = (
    ClientTable(alerts.alert_transitions, _of_alerts(alerts.alert_transitions)),
    ClientTable(alerts.skipped_recipients, _of_alerts(alerts.skipped_recipients)),
    ClientTable(messages.alert_links, _of_alerts(messages.alert_links)),
    ClientTable(people.notes, _own(people.notes)),
    ClientTable(
        intake.withdrawals,
        select(intake.events.c.id)
        .where(
            intake.events.c.client_id == _CLIENT,
            intake.events.c.source == intake.withdrawals.c.source,
            intake.events.c.key == intake.withdrawals.c.key,
        )
        .exists(),
    ),
    ClientTable(intake.events, _own(intake.events)),
    ClientTable(intake.event_versions, _own(intake.event_versions)),
    ClientTable(schedules.expectations, _own(schedules.expectations)),
    ClientTable(schedules.schedule_changes, _own(schedules.schedule_changes)),
    ClientTable(alerts.mutes, _own(alerts.mutes)),
    ClientTable(people.record_entries, _own(people.record_entries)),
    ClientTable(people.assignments, _own(people.assignments)),
    ClientTable(
        messages.inbox,
        or_(
            _own(messages.inbox),
            messages.inbox.c.id.in_(
                select(messages.inbox_alerts.c.inbox_id).where(_of_alerts(messages.inbox_alerts))
            ),
        ),
        "its id at the carrier stays, so that the text is not read again",
        {"sender": "", "body": GONE, "answer": None},
    ),
    ClientTable(messages.inbox_alerts, _of_alerts(messages.inbox_alerts), _OF_ALERT),
    ClientTable(
        messages.outbox,
        _TEXTS,
        "its id at the carrier stays, because reports about it may come; disclosures name it",
        {"body": GONE, "phone": None, "error_text": None},
    ),
    ClientTable(
        messages.reply_codes,
        _of_alerts(messages.reply_codes),
        "the code of a text on a phone of the staff must name no other alert",
    ),
    ClientTable(
        alerts.alerts,
        _own(alerts.alerts),
        "disclosures, texts and the audit trail name it by its number",
        {"rule_id": GONE, "evidence": '{"as_of":0,"findings":[],"clears":"","clears_at":null}'},
    ),
    ClientTable(
        alerts.evaluations,
        _own(alerts.evaluations),
        "it says when the empty record was judged, and nothing else",
    ),
    ClientTable(
        access.emergency_access,
        _own(access.emergency_access),
        "who opened the client's page stays on record",
        {"reason": GONE},
    ),
    ClientTable(people.consents, _own(people.consents), _PART_2, {"alias": GONE, "relation": None}),
    ClientTable(people.letter_consents, _own(people.letter_consents), _PART_2),
    ClientTable(
        people.agreements,
        _own(people.agreements),
        "47 CFR 64.1200: it proves that the client agreed to texts",
    ),
    ClientTable(people.letters, _own(people.letters), _ACCOUNT),
    ClientTable(people.disclosures, _own(people.disclosures), _ACCOUNT),
    ClientTable(
        people.disclosures_averted,
        people.disclosures_averted.c.disclosure_id.in_(
            select(people.disclosures.c.id).where(people.disclosures.c.client_id == _CLIENT)
        ),
        _ACCOUNT,
    ),
    ClientTable(
        audit,
        or_(
            audit.c.subject == bindparam("subject"),
            audit.c.subject.in_(
                select(literal("alert ") + alerts.alerts.c.id.cast(audit.c.subject.type)).where(
                    alerts.alerts.c.client_id == _CLIENT
                )
            ),
        ),
        "its rows name the client by a number alone, and the chain must stay whole",
    ),
    ClientTable(
        listed_views,
        _own(listed_views),
        "who saw the client in a list stays on record, by numbers alone",
    ),
    ClientTable(
        people.client_identifiers,
        _own(people.client_identifiers),
        "tombstones, which tell intake to drop what comes under these numbers",
    ),
    ClientTable(
        people.client_merges,
        or_(people.client_merges.c.client_id == _CLIENT, people.client_merges.c.into_id == _CLIENT),
        "who was taken for whom stays on record, by numbers alone",
        {"reason": GONE, "phone": None},
    ),
    ClientTable(
        people.clients,
        people.clients.c.id == _CLIENT,
        "a tombstone without phone, which tells intake not to make the client again",
        {"ref": bindparam("tombstone"), "phone": None},
    ),
)

# Tables that may name a client in words: by the ref in a text, or whole in what a source sent.
_DELETED_IF_NAMED: Sequence[tuple[Table, Sequence[Column[Any]]]] = (
    (intake.rejects, (intake.rejects.c.row, intake.rejects.c.key, intake.rejects.c.waits_for)),
    (intake.list_rows, (intake.list_rows.c.key,)),
    (intake.received, (intake.received.c.body,)),
    (
        rule_drafts.rule_studies,
        (rule_drafts.rule_studies.c.page, rule_drafts.rule_studies.c.summary),
    ),
)
_REWRITTEN_IF_NAMED = (messages.outbox.c.body, messages.inbox.c.body, messages.inbox.c.answer)
NAMING = {table.name for table, _ in _DELETED_IF_NAMED}

# Tables without a word about a client.
ELSEWHERE = {
    "accounts", "sign_in_links", "console_sessions", "passwords", "recovery_codes", "passkeys",
    "identities", "known_browsers", "sign_in_failures", "console_key", "api_tokens",
    "outages", "source_positions", "source_health", "rule_sets", "job_runs", "channel_state",
    "alert_storms", "broken_promises", "refused_rules", "machine_clock", "clock_differences",
    "staff", "staff_attributes", "rotations", "on_call_overrides", "absences", "phone_codes",
    "opt_outs",  # a number that said STOP must get no text
    "supporter_agreements",  # what people around clients agreed to themselves
    "rule_drafts", "draw_seeds",
}  # fmt: skip


def tombstone(ref: str) -> str:
    """Return the ref by which an erased client is known, and by which nobody is named."""
    return TOMBSTONE + sha256(f"handrail erased {ref}".encode()).hexdigest()[:24]


def erased(conn: Connection, refs: Sequence[str]) -> set[str]:
    """Return those of some refs that were erased."""
    if not refs:
        return set()
    by_tombstone = {tombstone(ref): ref for ref in refs}
    names = people.client_identifiers.c.name
    wanted = select(people.clients.c.ref).where(people.clients.c.ref.in_(by_tombstone))
    found = conn.scalars(wanted.union(select(names).where(names.in_(by_tombstone))))
    return {by_tombstone[each] for each in found}


def on_legal_hold(conn: Connection) -> set[int]:
    """Return the clients of whom nothing is deleted, because their record says so."""
    record = people.record_entries.c
    said = conn.execute(
        select(record.client_id, record.value)
        .where(record.entry == LEGAL_HOLD)
        .order_by(record.at, record.id)
    )
    newest = {row.client_id: row.value for row in said}
    return {client_id for client_id, value in newest.items() if value not in {None, "", "no"}}


def open_alerts(conn: Connection, client_id: int) -> int:
    """Return how many alerts of a client are not resolved."""
    wanted = select(func.count()).where(
        alerts.alerts.c.client_id == client_id, alerts.alerts.c.state != "resolved"
    )
    return conn.scalar(wanted) or 0


def waiting_texts(conn: Connection, client_id: int) -> int:
    """Return how many texts to or about a client wait, or may just be going out."""
    outbox = messages.outbox
    wanted = select(func.count()).where(
        _TEXTS,
        outbox.c.state.in_(("queued", "claimed", "unknown")),
    )
    return conn.scalar(wanted, {"client": client_id}) or 0


def rows(conn: Connection, client_id: int) -> Iterator[tuple[ClientTable, list[dict[str, Any]]]]:
    """Yield each table with its rows about a client, those without any left out."""
    asked = {"client": client_id, "subject": f"client {client_id}"}
    for one in CLIENT_TABLES:
        wanted = select(one.table).where(one.of).order_by(*one.table.primary_key)
        found = [dict(row._mapping) for row in conn.execute(wanted, _used(one, asked))]
        if found:
            yield one, found


def erase(conn: Connection, client_id: int, ref: str) -> dict[str, int]:
    """Delete or blank all data about a client, and return how many rows of each table changed."""
    asked = {"client": client_id, "subject": f"client {client_id}"}
    changed: dict[str, int] = {}
    for one in CLIENT_TABLES:
        named = _used(one, asked)
        if not one.kept:
            changed[one.table.name] = conn.execute(delete(one.table).where(one.of), named).rowcount
        elif one.blanks:
            if one.table is people.clients:
                named["tombstone"] = tombstone(ref)
            blanked = update(one.table).where(one.of).values(dict(one.blanks))
            changed[one.table.name] = conn.execute(blanked, named).rowcount
    for name in (ref, *_bury_identifiers(conn, client_id)):
        for table, columns in _DELETED_IF_NAMED:
            gone = _delete_naming(conn, table, columns, name)
            changed[table.name] = changed.get(table.name, 0) + gone
        for column in _REWRITTEN_IF_NAMED:
            _rewrite(conn, column, name)
    return {name: number for name, number in changed.items() if number}


def _bury_identifiers(conn: Connection, client_id: int) -> list[str]:
    """Put tombstones in place of a client's identifiers, and return their values."""
    names = people.client_identifiers.c.name
    theirs = select(names).where(people.client_identifiers.c.client_id == client_id)
    found = conn.scalars(theirs).all()
    for name in found:
        buried = update(people.client_identifiers).where(names == name)
        conn.execute(buried.values(name=tombstone(name)))
    return [name.partition(":")[2] for name in found]


def _used(one: ClientTable, asked: Mapping[str, object]) -> dict[str, object]:
    return dict(asked) if one.table is audit else {"client": asked["client"]}


def _delete_naming(conn: Connection, table: Table, columns: Sequence[Column[Any]], ref: str) -> int:
    """Delete the rows that have the ref as a word of its own in one of some columns."""
    keys = list(table.primary_key)
    word = _word(ref)
    wanted = select(*keys, *columns).where(or_(*(_has(conn, column, ref) for column in columns)))
    named = [
        row[: len(keys)]
        for row in conn.execute(wanted).all()
        if any(word.search(_text(value)) for value in row[len(keys) :])
    ]
    for key in named:
        same = (column == value for column, value in zip(keys, key, strict=True))
        conn.execute(delete(table).where(and_(*same)))
    return len(named)


def _rewrite(conn: Connection, column: Column[Any], ref: str) -> None:
    """Take the ref out of the texts of a column, such as one that lists several clients."""
    table, word = column.table, _word(ref)
    assert isinstance(table, Table)
    (key,) = table.primary_key
    for row_id, said in conn.execute(select(key, column).where(_has(conn, column, ref))).all():
        written = word.sub(GONE, said)
        conn.execute(update(table).where(key == row_id).values({column.name: written}))


def _has(conn: Connection, column: Column[Any], ref: str) -> ColumnElement[bool]:
    if column is not intake.received.c.body:
        return column.contains(ref, autoescape=True)
    if conn.dialect.name == "sqlite":
        return func.instr(column, literal(ref.encode())) > 0
    return func.position(literal(ref.encode()).op("IN")(column)) > 0


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _word(ref: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(ref)}(?![\w-])")
