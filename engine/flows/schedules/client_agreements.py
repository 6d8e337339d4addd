"""A client agrees to get texts, or takes that back."""

from __future__ import annotations

from datetime import time

from sqlalchemy import Connection

from engine.errors import UserError
from engine.model.agreement import Agreement, TextLanguage
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.store.alerts import due_clients
from engine.store.operations import audit_log
from engine.store.people import agreements, named_clients

ACTOR = "terminal"
# As wide as their columns.
_LONGEST_HOW, _LONGEST_WORDING = 200, 40


def agree(
    conn: Connection,
    ref: str,
    how: str,
    wording: str,
    language: TextLanguage,
    quiet: tuple[time, time],
    now: Instant,
    actor: str = ACTOR,
) -> None:
    """Record that a client agreed to get texts.

    Args:
        conn: A connection in a transaction that writes.
        ref: The client's.
        how: How the agreement was given, such as `signed form`.
        wording: The version of the words that the client agreed to.
        language: The language of the texts.
        quiet: When the client's quiet hours begin and end.
        now: The present instant.
        actor: Who records it, as the audit trail names them.

    Raises:
        UserError: There is no such client, the client has no number, or a text is too long.
    """
    client = named_clients.find(conn, ref)
    if len(how) > _LONGEST_HOW or len(wording) > _LONGEST_WORDING:
        raise UserError(
            f"--how has at most {_LONGEST_HOW} characters, and --wording {_LONGEST_WORDING}."
        )
    if client.phone is None:
        raise UserError(f"{ref} has no number, so no text can reach them; add one to the roster.")
    agreements.add(conn, Agreement(client.id, now, how, wording, language, *quiet))
    # The client may have to be asked today.
    due_clients.mark_dirty(conn, {client.id: now})
    detail = {"how": how, "wording": wording, "language": language}
    _record(conn, AuditAction.AGREED_TO_TEXTS, client.id, detail, now, actor)


def withdraw(conn: Connection, ref: str, now: Instant, actor: str = ACTOR) -> None:
    """Record that a client agrees to texts no more.

    Raises:
        UserError: There is no such client, or the client has not agreed.
    """
    client = named_clients.find(conn, ref)
    if not agreements.withdraw(conn, client.id, now):
        raise UserError(f"{ref} has not agreed to get texts.")
    _record(conn, AuditAction.AGREEMENT_WITHDRAWN, client.id, {}, now, actor)


def _record(
    conn: Connection,
    action: AuditAction,
    client_id: int,
    detail: dict[str, str],
    now: Instant,
    actor: str,
) -> None:
    subject = f"client {client_id}"
    audit_log.record(conn, at=now, actor=actor, action=action, subject=subject, detail=detail)
