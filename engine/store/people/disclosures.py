"""Disclosures: each text that told, or may have told, a mentor or supporter, and its consent.

Rows are added before anything is sent, and never changed. If the carrier certainly never took a
text, a further row says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.message import BESIDE_ALERTS, Claimed
from engine.model.staff import Consent
from engine.store.people import letters
from engine.store.people.letters import LetterRecord
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import clients, disclosures, disclosures_averted, staff

_averted = select(disclosures_averted.c.disclosure_id)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What told a mentor or supporter, or may have; or a letter or an export to a person outside.

    `state` is the message's (model/message.py), `answered` for the answer to a text of theirs, or
    `handed out` for a letter or an export, and `staff_ref` is then its recipient.
    `timezone` is the client's.
    """

    at: Instant
    staff_ref: str
    told: str
    alert_id: int | None
    message_id: int | None
    text_id: int | None
    state: str
    scope: str
    purpose: str
    given_at: Instant
    expires_at: Instant | None
    timezone: str


def of_message(
    conn: Connection, message: Claimed, consent: Consent, told: str, now: Instant
) -> int:
    """Record that a message about to be sent tells a person of a client; return the record's id."""
    about = message.sequence if message.kind in BESIDE_ALERTS else None
    sent = {"message_id": message.id, "attempt": message.attempts, "staff_id": message.staff_id}
    return _add(
        conn, {**sent, "alert_id": message.alert_id or about, "told": told, "at": now}, consent
    )


def of_answer(conn: Connection, text_id: int, alert_id: int, consent: Consent, now: Instant) -> int:
    """Record that the answer to a mentor's text speaks of an alert; return the record's id."""
    answered = {"text_id": text_id, "attempt": 1, "staff_id": consent.staff_id}
    return _add(conn, {**answered, "alert_id": alert_id, "told": "answer", "at": now}, consent)


def avert(conn: Connection, message_id: int, now: Instant) -> None:
    """Record that the carrier certainly never took a message that was handed to it."""
    handed = select(disclosures.c.id).where(
        disclosures.c.message_id == message_id, disclosures.c.id.not_in(_averted)
    )
    for disclosure_id in conn.scalars(handed).all():
        conn.execute(insert(disclosures_averted).values(disclosure_id=disclosure_id, at=now))


def listed(conn: Connection, client_ref: str, since: Instant) -> list[Disclosure]:
    """Return the disclosures about a client from `since` on, in the order of time."""
    named = (
        "at",
        "told",
        "alert_id",
        "message_id",
        "text_id",
        "scope",
        "purpose",
        "given_at",
        "expires_at",
    )
    wanted = (
        select(
            *[disclosures.c[name] for name in named],
            staff.c.ref.label("staff_ref"),
            func.coalesce(outbox.c.state, "answered").label("state"),
            clients.c.timezone,
        )
        .join(clients, clients.c.id == disclosures.c.client_id)
        .join(staff, staff.c.id == disclosures.c.staff_id)
        .outerjoin(outbox, outbox.c.id == disclosures.c.message_id)
        .where(
            clients.c.ref == client_ref,
            disclosures.c.at >= since,
            disclosures.c.id.not_in(_averted),
        )
        .order_by(disclosures.c.at, disclosures.c.id)
    )
    texts = [Disclosure(**row._mapping) for row in conn.execute(wanted)]
    client_id = conn.scalar(select(clients.c.id).where(clients.c.ref == client_ref))
    written = letters.of_client(conn, client_id, since) if client_id is not None else ()
    exported = _exports(conn, client_id, since) if client_id is not None else ()
    return sorted([*texts, *map(_of_letter, written), *exported], key=lambda one: one.at)


def _exports(conn: Connection, client_id: int, since: Instant) -> list[Disclosure]:
    """Return the exports of a client's data that were for a person outside."""
    wanted = (
        select(audit.c.at, audit.c.detail, clients.c.timezone)
        .join(clients, clients.c.id == client_id)
        .where(
            audit.c.subject == f"client {client_id}",
            audit.c.action == AuditAction.EXPORTED,
            audit.c.at >= since,
        )
    )
    return [
        Disclosure(
            at=row.at,
            staff_ref=to,
            told="everything, by handrail export",
            alert_id=None,
            message_id=None,
            text_id=None,
            state="handed out",
            scope="everything",
            purpose="export",
            given_at=row.at,
            expires_at=None,
            timezone=row.timezone,
        )
        for row in conn.execute(wanted)
        if (to := json.loads(row.detail)["to"])
    ]


def _of_letter(record: LetterRecord) -> Disclosure:
    made, under = record.letter, record.consent
    return Disclosure(
        at=made.at,
        staff_ref=under.recipient,
        told=f"letter {made.id}: {made.template}",
        alert_id=None,
        message_id=None,
        text_id=None,
        state="handed out",
        scope=" ".join(sorted(under.scope)),
        purpose=under.purpose,
        given_at=under.given_at,
        expires_at=under.expires_at,
        timezone=record.timezone,
    )


def _add(conn: Connection, row: dict[str, object], consent: Consent) -> int:
    under = {
        name: getattr(consent, name)
        for name in ("client_id", "scope", "purpose", "given_at", "expires_at")
    }
    added = conn.scalar(insert(disclosures).values(**row, **under).returning(disclosures.c.id))
    assert added is not None
    return added
