"""Accounts of the console: adding and disabling them, and links that sign in once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection

from engine.access.sign_in import SessionState, session_state
from engine.errors import UserError
from engine.model.account import LINK_US, SESSION_US, Account, AccountRole, Session
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.store.access import accounts, credentials, sessions
from engine.store.operations import audit_log


def hash_of(token: str) -> str:
    """Return the hash under which the database knows a token."""
    return sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Return a token that nobody can guess, in letters that a URL and a cookie may hold."""
    return secrets.token_urlsafe(32)


def add(
    conn: Connection, name: str, role: AccountRole, staff: str | None, actor: str, now: Instant
) -> Account:
    """Make an account.

    Args:
        conn: The transaction.
        name: What the account is called.
        role: What it is for.
        staff: The ref of the member of staff whose account it is; None if it is nobody's.
        actor: Who makes it, as the audit trail names them.
        now: The present instant.

    Raises:
        UserError: An account has this name, or the role needs a member of staff.
    """
    if accounts.with_name(conn, name):
        raise UserError(f"There is an account {name} already; choose another name.")
    if role is AccountRole.CASE_MANAGER and staff is None:
        raise UserError(
            "A case manager sees the clients of one member of staff; add --staff with their ref."
        )
    account = accounts.add(conn, name, role, staff)
    record_change(conn, account, AuditAction.ACCOUNT_ADDED, actor, now, role=role.value)
    return account


def make_link(conn: Connection, name: str, actor: str, now: Instant) -> str:
    """Make a link that signs an account in once within 24 hours.

    Returns:
        The token of the link, which is kept nowhere.

    Raises:
        UserError: There is no such account, or it is disabled.
    """
    account = known_account(conn, name)
    if account.disabled_at is not None:
        raise UserError(f"The account {name} is disabled; add another account.")
    token = new_token()
    accounts.add_link(conn, hash_of(token), account.id, now + LINK_US)
    record_change(conn, account, AuditAction.SIGN_IN_LINK_MADE, actor, now)
    return token


def first_account(conn: Connection) -> list[tuple[str, AccountRole, str | None]]:
    """Return the account with which a site begins; none if there are accounts."""
    return [] if accounts.everybody(conn) else [("admin", AccountRole.OPERATOR, None)]


def links_for(
    conn: Connection,
    wanted: Iterable[tuple[str, AccountRole, str | None]],
    actor: str,
    now: Instant,
) -> list[tuple[str, str]]:
    """Make a link for each of some accounts, and the accounts that are not there yet.

    Args:
        conn: The transaction.
        wanted: The name, the role and the ref of the person of each account.
        actor: Who makes them, as the audit trail names them.
        now: The present instant.

    Returns:
        Each account's name with the token of its link.
    """
    links = []
    for name, role, staff in wanted:
        if accounts.with_name(conn, name) is None:
            add(conn, name, role, staff, actor, now)
        links.append((name, make_link(conn, name, actor, now)))
    return links


def disable(conn: Connection, name: str, actor: str, now: Instant) -> None:
    """End an account and sign it out everywhere.

    Raises:
        UserError: There is no such account.
    """
    account = known_account(conn, name)
    if account.disabled_at is not None:
        return
    accounts.disable(conn, account.id, now)
    sessions.end_all_of(conn, account.id, now)
    record_change(conn, account, AuditAction.ACCOUNT_DISABLED, actor, now)


def end_sessions(conn: Connection, name: str, actor: str, now: Instant) -> None:
    """Sign an account out everywhere.

    Raises:
        UserError: There is no such account.
    """
    account = known_account(conn, name)
    sessions.end_all_of(conn, account.id, now)
    record_change(conn, account, AuditAction.SESSION_ENDED, actor, now, session="all")


def reset(conn: Connection, name: str, actor: str, now: Instant) -> None:
    """Take from an account every way to sign in, and sign it out everywhere.

    Raises:
        UserError: There is no such account.
    """
    account = known_account(conn, name)
    credentials.forget_all_of(conn, account.id)
    sessions.end_all_of(conn, account.id, now)
    record_change(conn, account, AuditAction.SIGN_IN_CHANGED, actor, now, what="reset")


def identify(conn: Connection, name: str, claim: str, actor: str, now: Instant) -> None:
    """Let an account sign in by the identity provider.

    Args:
        conn: The transaction.
        name: The account.
        claim: What the provider calls the person.
        actor: Who decides it, as the audit trail names them.
        now: The present instant.

    Raises:
        UserError: There is no such account, or the claim is another account's.
    """
    account = known_account(conn, name)
    known = credentials.account_of_identity(conn, claim)
    if known == account.id:
        return
    if known is not None:
        raise UserError(f"Another account signs in as {claim}; reset that one first.")
    credentials.add_identity(conn, account.id, claim)
    record_change(conn, account, AuditAction.SIGN_IN_CHANGED, actor, now, what="identity added")


def all_sessions(conn: Connection, now: Instant) -> list[tuple[Account, Session]]:
    """Return every session that stands, with its account, the newest first."""
    known = {one.id: one for one in accounts.everybody(conn)}
    return [
        (known[one.account_id], one)
        for one in sessions.unended(conn, now - SESSION_US)
        if session_state(one, known[one.account_id], now) is SessionState.LIVE
    ]


def known_account(conn: Connection, name: str) -> Account:
    """Return the account of a name.

    Raises:
        UserError: There is none.
    """
    account = accounts.with_name(conn, name)
    if account is None:
        raise UserError(f"There is no account {name}; handrail accounts lists those there are.")
    return account


def record_change(
    conn: Connection,
    account: Account,
    action: AuditAction,
    actor: str,
    now: Instant,
    **detail: object,
) -> None:
    """Write down that an account was changed."""
    subject = f"account {account.id}"
    audit_log.record(conn, at=now, actor=actor, action=action, subject=subject, detail=detail)
