"""Supporters: who they are, what a client lets them know, and what they agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.escalation import supporter_news
from engine.flows.escalation.supporter_news import SupporterText
from engine.flows.intake.by_hand import take_row
from engine.flows.operations.answerable import colleague
from engine.messaging.supporter_consent import consent_in_force
from engine.model.audit_action import AuditAction
from engine.model.instant import SECOND_US, Instant
from engine.model.intake import DatedValue, RosterKind, RosterRow
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.roster_values import read_roster_value
from engine.model.staff import Staff
from engine.model.supporter import ListedSupporter, SupporterAgreement
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people import named_clients, roster, staff, supporters
from engine.store.people.supporters import SUPPORTER, NamedSupporter

PURPOSE = "support"
_LONGEST_HOW = 200


@dataclass(frozen=True, slots=True)
class SupporterConsent:
    """What a client lets a supporter know, as a person records it.

    Attributes:
        scope: Words such as `milestones, request_to_call`.
        relation: Who the supporter is to the client, such as mother.
        how: How it was given, such as `signed form`.
    """

    client: str
    supporter: str
    scope: str
    relation: str
    how: str
    given_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class RosterDoor:
    """How a row gets into the roster: the database, the site's timezone, and who enters it."""

    database: Database
    timezone: str
    by: str
    now: Instant

    def put(self, row: RosterRow) -> None:
        """Put a row into the roster, by the rules of rows of files."""
        with self.database.write() as conn:
            person = colleague(conn, self.by)
            actor = f"staff {person.id}"
            take_row(conn, self.database, row, self.timezone, actor, self.now)


def add(door: RosterDoor, ref: str, phone: str, name: str | None, timezone: str | None) -> None:
    """Put a supporter into the roster, or change their number.

    Raises:
        UserError: A value cannot be taken, or the ref is that of somebody else.
    """
    with door.database.read() as conn:
        known = staff.with_ref(conn, ref)
    if known is not None and known.role != SUPPORTER:
        raise UserError(
            f"{ref} is among the staff as {known.role}; give the supporter another ref."
        )
    values = {"ref": ref, "role": SUPPORTER, "phone": phone, "call_name": name}
    if timezone:
        values["timezone"] = timezone
    door.put(_row("staff", values, door.now))


def consent(door: RosterDoor, given: SupporterConsent) -> None:
    """Record that a client lets a supporter know something.

    Raises:
        UserError: There is no such client or supporter, or the consent cannot be taken.
    """
    with door.database.read() as conn:
        _supporter(conn, given.supporter)
        named_clients.find(conn, given.client)
    if given.given_at > door.now:
        raise UserError("A consent cannot be given in the future.")
    if given.expires_at <= given.given_at:
        raise UserError("A consent must expire after it is given.")
    values = {
        "client": given.client, "staff": given.supporter, "scope": given.scope,
        "purpose": PURPOSE, "relation": given.relation, "how": given.how,
    }  # fmt: skip
    moments = {
        "given": DatedValue(given.given_at, local=False),
        "expires": DatedValue(given.expires_at, local=False),
    }
    door.put(_row("consents", values, door.now, moments))


def revoke(conn: Connection, client: str, supporter: str, by: str, now: Instant) -> None:
    """Record that a client lets a supporter know nothing any more; it works at once.

    Raises:
        UserError: There is no such client, supporter or consent.
    """
    person = colleague(conn, by)
    one, known = _supporter(conn, supporter), named_clients.find(conn, client)
    if not roster.end_consents(conn, known.id, one.id, now):
        raise UserError(f"No consent of {client} to {supporter} stands.")
    _audit(conn, AuditAction.SUPPORTER_CONSENT_REVOKED, one, person, now, {"client": known.id})


def agree(conn: Connection, ref: str, given: SupporterAgreement, by: str, now: Instant) -> None:
    """Record that a supporter agreed to get texts.

    Args:
        conn: A connection in a transaction that writes.
        ref: The supporter's.
        given: What they agreed to; its `staff_id` does not count.
        by: The ref of the member of staff who records it.
        now: The present instant.

    Raises:
        UserError: There is no such supporter, or they have no number.
    """
    person, one = colleague(conn, by), _supporter(conn, ref)
    if one.phone is None:
        raise UserError(f"{ref} has no number, so no text can reach them; add one to the roster.")
    if not 0 < len(given.how.strip()) <= _LONGEST_HOW:
        raise UserError(f"--how needs 1 to {_LONGEST_HOW} characters.")
    supporters.add_agreement(conn, replace(given, staff_id=one.id))
    detail = {"how": given.how, "language": given.language, "series": given.series or ""}
    _audit(conn, AuditAction.SUPPORTER_AGREED, one, person, now, detail)


def withdraw(conn: Connection, ref: str, by: str, now: Instant) -> None:
    """Record that a supporter agrees to texts no more.

    Raises:
        UserError: There is no such supporter, or they have not agreed.
    """
    person, one = colleague(conn, by), _supporter(conn, ref)
    if not supporters.withdraw(conn, one.id, now):
        raise UserError(f"{ref} has not agreed to get texts.")
    _audit(conn, AuditAction.SUPPORTER_WITHDREW, one, person, now)


def ask_to_call(
    conn: Connection, client: str, supporter: str, by: str, now: Instant
) -> NotifyReason:
    """Ask a supporter to call, as far as the client lets them know.

    Returns:
        `ALLOWED`, or why nothing goes out.

    Raises:
        UserError: There is no such client, supporter or person.
    """
    person = colleague(conn, by)
    one, known = _supporter(conn, supporter), named_clients.find(conn, client)
    text = SupporterText(MessageKind.SUPPORTER_CALL, known.id, now, now)
    reason = supporter_news.enqueue(conn, one, text, now)
    if reason is NotifyReason.ALLOWED:
        _audit(conn, AuditAction.SUPPORTER_ASKED_TO_CALL, one, person, now, {"client": known.id})
    return reason


def listed(conn: Connection, client: str | None, now: Instant) -> list[ListedSupporter]:
    """Return the supporters of a client, or of all clients, by client and ref.

    Raises:
        UserError: There is no such client.
    """
    wanted = [named_clients.find(conn, client).id] if client else None
    found = supporters.named(conn, wanted)
    people = {one.person.id: one.person for one in found}
    agreed = supporters.agreements(conn, people.keys(), now)
    return [
        ListedSupporter(
            each.person, each.client_ref,
            consent_in_force(supporters.consents_to(conn, each.client_id, each.person.id), now),
            agreed.get(each.person.id), _call(conn, each, now),
        )
        for each in found
    ]  # fmt: skip


def _call(conn: Connection, each: NamedSupporter, now: Instant) -> NotifyReason:
    text = SupporterText(MessageKind.SUPPORTER_CALL, each.client_id, now, now)
    return supporter_news.decide(conn, each.person, text, now)


def _row(
    kind: RosterKind,
    values: Mapping[str, str | None],
    now: Instant,
    moments: Mapping[str, DatedValue | None] = MappingProxyType({}),
) -> RosterRow:
    read: dict[str, str | None] = {}
    for word, text in values.items():
        try:
            read[word] = read_roster_value(word, text) if text else None
        except ValueError as error:
            raise UserError(f"{word}: {error}.") from None
    return RosterRow(kind, now // SECOND_US, "", read, moments)


def _supporter(conn: Connection, ref: str) -> Staff:
    one = staff.with_ref(conn, ref)
    if one is None or one.role != SUPPORTER or not one.active:
        raise UserError(f"No active supporter is called {ref}; handrail supporters lists them.")
    return one


def _audit(
    conn: Connection,
    action: AuditAction,
    one: Staff,
    by: Staff,
    now: Instant,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    audit_log.record(
        conn, at=now, actor=f"staff {by.id}", action=action, subject=f"staff {one.id}",
        detail=dict(detail),
    )  # fmt: skip
