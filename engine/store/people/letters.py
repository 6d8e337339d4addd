"""Consents to letters, and the letters that were handed out under them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from engine.model.agreement import TextLanguage
from engine.model.instant import Instant
from engine.model.letter import (
    HandedOutLetter,
    LetterConsent,
    LetterPurpose,
    LetterScope,
    LetterTo,
)
from engine.store.tables.people import clients, letter_consents, letters


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A letter that was handed out, with its consent and its client."""

    letter: HandedOutLetter
    consent: LetterConsent
    client_ref: str
    timezone: str


def add_consent(conn: Connection, given: LetterConsent) -> int:
    """Record a consent, whose own id does not count; return its id."""
    row = {
        "client_id": given.client_id,
        "recipient_kind": given.recipient_kind,
        "recipient": given.recipient,
        "purpose": given.purpose,
        "scope": given.scope,
        "how": given.how,
        "given_at": given.given_at,
        "expires_at": given.expires_at,
    }
    added = conn.scalar(insert(letter_consents).values(row).returning(letter_consents.c.id))
    assert added is not None
    return added


def consents_of(conn: Connection, client_id: int) -> list[LetterConsent]:
    """Return every consent to letters that a client ever gave, the newest last."""
    found = (
        select(letter_consents)
        .where(letter_consents.c.client_id == client_id)
        .order_by(letter_consents.c.given_at, letter_consents.c.id)
    )
    return [_read_consent(row) for row in conn.execute(found)]


def consent(conn: Connection, consent_id: int) -> LetterConsent | None:
    """Return one consent."""
    found = conn.execute(select(letter_consents).where(letter_consents.c.id == consent_id)).first()
    return None if found is None else _read_consent(found)


def revoke(conn: Connection, consent_id: int, now: Instant) -> None:
    """Record that a consent ended now."""
    conn.execute(
        update(letter_consents).where(letter_consents.c.id == consent_id).values(revoked_at=now)
    )


def add_letter(
    conn: Connection,
    under: LetterConsent,
    template: str,
    language: TextLanguage,
    fields: Collection[str],
    sha256: str,
    actor: str,
    now: Instant,
) -> int:
    """Record a letter that is about to be handed out; return the record's id."""
    row = {
        "at": now,
        "client_id": under.client_id,
        "consent_id": under.id,
        "template": template,
        "language": language,
        "fields": frozenset(fields),
        "sha256": sha256,
        "actor": actor,
    }
    added = conn.scalar(insert(letters).values(row).returning(letters.c.id))
    assert added is not None
    return added


def with_hash(conn: Connection, sha256: str) -> LetterRecord | None:
    """Return the letter whose file has this SHA-256."""
    found = conn.execute(select(letters).where(letters.c.sha256 == sha256)).first()
    return None if found is None else _record(conn, _read_letter(found))


def of_client(conn: Connection, client_id: int, since: Instant) -> list[LetterRecord]:
    """Return the letters about a client from `since` on, in the order of time."""
    found = (
        select(letters)
        .where(letters.c.client_id == client_id, letters.c.at >= since)
        .order_by(letters.c.at, letters.c.id)
    )
    return [_record(conn, _read_letter(row)) for row in conn.execute(found).all()]


def _record(conn: Connection, letter: HandedOutLetter) -> LetterRecord:
    under = consent(conn, letter.consent_id)
    client = conn.execute(
        select(clients.c.ref, clients.c.timezone).where(clients.c.id == letter.client_id)
    ).one()
    assert under is not None
    return LetterRecord(letter, under, client.ref, client.timezone)


def _read_consent(row: Row[tuple[object, ...]]) -> LetterConsent:
    kept = row._mapping
    return LetterConsent(
        id=kept["id"],
        client_id=kept["client_id"],
        recipient_kind=LetterTo(kept["recipient_kind"]),
        recipient=kept["recipient"],
        purpose=LetterPurpose(kept["purpose"]),
        scope=frozenset(map(LetterScope, kept["scope"])),
        how=kept["how"],
        given_at=kept["given_at"],
        expires_at=kept["expires_at"],
        revoked_at=kept["revoked_at"],
    )


def _read_letter(row: Row[tuple[object, ...]]) -> HandedOutLetter:
    return HandedOutLetter(**row._mapping)
