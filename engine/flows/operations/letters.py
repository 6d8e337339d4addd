"""Letters to people outside, under a consent that is read again when the disclosure is recorded."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Connection

from engine.calendar.goals import PACKAGE
from engine.calendar.milestones import package_of
from engine.calendar.occurrences import local_day
from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.flows.operations.answerable import colleague
from engine.flows.schedules.care_plan import PHASE
from engine.messaging.letter_consent import LetterDecision, LetterReason, decide_letter
from engine.messaging.lint import refused_words
from engine.model.agreement import TextLanguage
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.instant import DAY_US, Instant
from engine.model.letter import PURPOSES, SCOPE_OF, LetterConsent
from engine.model.letter_template import LetterTemplate
from engine.model.staff import Staff
from engine.presentation.letter_facts import ClientFacts, day_in_words, letter_facts
from engine.presentation.letter_pdf import LetterPage, letter_page, letter_pdf
from engine.store.database.connection import Database
from engine.store.intake import client_events
from engine.store.operations import audit_log
from engine.store.people import letters, named_clients
from engine.store.people.letters import LetterRecord

_PROGRAM = "program"
_BLANK = "_" * 30  # for a name by hand
Clock = Callable[[], Instant]


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """A letter that a person wants.

    Attributes:
        name: The client's name as the letter shows it, which is kept nowhere; None leaves a line.
        recipient: The recipient by name, if the client has consented for several.
        by: The ref of the member of staff who hands it out.
    """

    client: str
    template: LetterTemplate
    language: TextLanguage
    sender: str
    by: str
    name: str | None = None
    recipient: str | None = None


class LetterRefusedError(UserError):
    """A letter must not be handed out, and the message says why."""


def record_consent(
    conn: Connection, client: str, given: LetterConsent, by: str, now: Instant
) -> int:
    """Record a client's consent to letters.

    Args:
        conn: The transaction.
        client: The client's ref.
        given: The consent; its ids do not count.
        by: The ref of the member of staff who records it.
        now: The present instant.

    Returns:
        The number of the consent.

    Raises:
        UserError: There is no such client or person, or the consent covers more than its purpose
            may, or its dates cannot be.
    """
    one, person = named_clients.read(conn, client), colleague(conn, by)
    kind, most = PURPOSES[given.purpose]
    if kind is not given.recipient_kind:
        raise UserError(f"A letter for {given.purpose} goes to: {kind}.")
    if beyond := given.scope - most:
        raise UserError(f"A letter for {given.purpose} never covers {', '.join(sorted(beyond))}.")
    if given.given_at > now:
        raise UserError("A consent cannot be given in the future.")
    if given.expires_at <= given.given_at:
        raise UserError("A consent must expire after it is given.")
    added = letters.add_consent(conn, replace(given, client_id=one.id))
    detail = {"client": one.id, "to": given.recipient_kind, "purpose": given.purpose}
    _audit(conn, AuditAction.LETTER_CONSENT_RECORDED, added, detail, person, now)
    return added


def revoke_consent(conn: Connection, consent_id: int, by: str, now: Instant) -> LetterConsent:
    """Record that a client revokes a consent; no letter is handed out under it from now on.

    Raises:
        UserError: There is no such consent or person, or it is revoked already.
    """
    person = colleague(conn, by)
    known = letters.consent(conn, consent_id)
    if known is None:
        raise UserError(f"There is no consent {consent_id}; handrail letter consents lists them.")
    if known.revoked_at is not None:
        raise UserError(f"Consent {consent_id} is revoked already.")
    letters.revoke(conn, consent_id, now)
    _audit(conn, AuditAction.LETTER_CONSENT_REVOKED, consent_id, {}, person, now)
    return known


def consents_of(conn: Connection, client: str) -> tuple[Client, list[LetterConsent]]:
    """Return a client and every consent to letters that they ever gave, the newest last.

    Raises:
        UserError: There is no such client.
    """
    one = named_clients.read(conn, client)
    return one, letters.consents_of(conn, one.id)


def write_letter(database: Database, order: LetterOrder, out: Path, clock: Clock) -> LetterRecord:
    """Write a letter into a new file, and record the disclosure before the file is there.

    The consent is read when the letter begins, and again in the transaction that records it. If it
    ended between, nothing is recorded and no file is left.

    Args:
        database: The database.
        order: The letter that is wanted.
        out: The file, which must not exist.
        clock: Gives the present instant.

    Returns:
        The record of the letter.

    Raises:
        LetterRefusedError: No consent covers it, or the file exists.
        UserError: There is no such client or person, or Typst is missing.
    """
    if out.exists() or not out.parent.is_dir():
        why = "exists already; name a new file" if out.exists() else "lies in no folder that exists"
        raise LetterRefusedError(f"{out} {why}.")
    made = _made(database, order, clock())
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}-", delete=False) as unfinished:
        unfinished.write(made.pdf)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    try:
        with database.write() as conn:
            _record_made(conn, order, made, clock())
        os.link(unfinished.name, out)  # never over a file that has come since
    except FileExistsError:
        raise LetterRefusedError(f"{out} exists already; name a new file.") from None
    finally:
        os.unlink(unfinished.name)
    return _recorded(database, made)


def preview_letter(database: Database, order: LetterOrder, now: Instant) -> LetterPage:
    """Return the words of a letter as it would go now; nothing is recorded, and nothing leaves.

    Raises:
        LetterRefusedError: No consent covers it.
        UserError: There is no such client or person.
    """
    with database.read() as conn:
        client = named_clients.read(conn, order.client)
        colleague(conn, order.by)
        return _page(conn, order, client, _decided(conn, order, client, now), now)


def release_letter(
    database: Database, order: LetterOrder, clock: Clock
) -> tuple[LetterRecord, bytes]:
    """Record the disclosure of a letter, and return it as a PDF, as `write_letter` does.

    Raises:
        LetterRefusedError: No consent covers it, or the consent ended while it was made.
        UserError: There is no such client or person, or Typst is missing.
    """
    made = _made(database, order, clock())
    with database.write() as conn:
        _record_made(conn, order, made, clock())
    return _recorded(database, made), made.pdf


def find_letter(conn: Connection, file: Path) -> LetterRecord | None:
    """Return the record of the letter that a file is; None if it is none, or was changed.

    Raises:
        UserError: The file cannot be read.
    """
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    return letters.with_hash(conn, digest)


@dataclass(frozen=True, slots=True)
class _MadeLetter:
    """A letter that is made and not handed out yet."""

    client: Client
    person: Staff
    under: LetterConsent
    pdf: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


def _made(database: Database, order: LetterOrder, began: Instant) -> _MadeLetter:
    with database.read() as conn:
        client, person = named_clients.read(conn, order.client), colleague(conn, order.by)
        under = _decided(conn, order, client, began)
        page = _page(conn, order, client, under, began)
    return _MadeLetter(client, person, under, letter_pdf(page, began))


def _record_made(conn: Connection, order: LetterOrder, made: _MadeLetter, now: Instant) -> None:
    if _decided(conn, order, made.client, now) != made.under:
        raise LetterRefusedError("The consent changed while the letter was made; try again.")
    _record(conn, order, made.under, made.digest, made.person, now)


def _recorded(database: Database, made: _MadeLetter) -> LetterRecord:
    with database.read() as conn:
        found = letters.with_hash(conn, made.digest)
    assert found is not None
    return found


def _decided(conn: Connection, order: LetterOrder, client: Client, now: Instant) -> LetterConsent:
    """Return the consent under which the letter may go, or refuse it by name."""
    if named := refused_words(order.template):
        raise LetterRefusedError(f"The template names {', '.join(named)}, which no consent covers.")
    text = order.template.words(order.language)
    given = letters.consents_of(conn, client.id)
    decision = decide_letter(given, order.template, text, order.recipient, now)
    if decision.reason is not LetterReason.MAY_BE_HANDED_OUT or decision.consent is None:
        raise LetterRefusedError(_why(order, decision))
    return decision.consent


def _why(order: LetterOrder, decision: LetterDecision) -> str:
    said = f"No letter about {order.client} to {order.template.to}: {decision.reason}"
    return f"{said}: {', '.join(decision.uncovered)}." if decision.uncovered else f"{said}."


def _page(
    conn: Connection, order: LetterOrder, client: Client, under: LetterConsent, now: Instant
) -> LetterPage:
    """Put the words together; no value outside of the consent's scope is even handed on."""
    period = order.template.period
    events = client_events.in_period(conn, client.id, now - period, now)
    facts = letter_facts(events, _standing(client, now), client.zones, order.language)
    covered = {name: said for name, said in facts.items() if SCOPE_OF[name] in under.scope}
    days = period // DAY_US
    values: Mapping[str, str] = {
        **covered,
        "letter.client": order.name or _BLANK,
        "letter.recipient": under.recipient,
        "letter.today": day_in_words(local_day(now, client.zones), order.language),
        "letter.period": f"{days} days" if order.language == "english" else f"{days} días",
    }
    return letter_page(
        order.template.words(order.language), values, under,
        (local_day(under.given_at, client.zones), local_day(under.expires_at, client.zones)),
        order.language, order.sender, secrets.token_hex(6),
    )  # fmt: skip


def _standing(client: Client, now: Instant) -> ClientFacts:
    standing = standing_at(client.record, now)
    begun = [one.at for one in client.record if one.entry == "enrolled" and one.at <= now]
    since: date | None = local_day(max(begun), client.zones) if begun else None
    package = package_of(standing.attributes.get(PACKAGE), since) if since else None
    return ClientFacts(
        since,
        standing.enrolled,
        standing.attributes.get(_PROGRAM),
        standing.attributes.get(PHASE),
        package.ends if package else None,
    )


def _record(
    conn: Connection,
    order: LetterOrder,
    under: LetterConsent,
    digest: str,
    person: Staff,
    now: Instant,
) -> None:
    fields = order.template.words(order.language).fields
    added = letters.add_letter(
        conn, under, order.template.id, order.language, fields, digest, f"staff {person.id}", now
    )
    detail = {"letter": added, "consent": under.id, "template": order.template.id, "sha256": digest}
    _audit(conn, AuditAction.DISCLOSED, added, detail, person, now, "letter")


def _audit(
    conn: Connection,
    action: AuditAction,
    number: int,
    detail: Mapping[str, object],
    person: Staff,
    now: Instant,
    of: str = "letter consent",
) -> None:
    audit_log.record(
        conn, at=now, actor=f"staff {person.id}", action=action, subject=f"{of} {number}",
        detail=detail,
    )  # fmt: skip
