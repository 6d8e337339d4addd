"""Tokens of programs: making and ending them, and who a request with one comes from."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.console import signing_in
from engine.flows.console.accounts import hash_of, known_account, new_token, record_change
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.account import Session
from engine.model.api_token import ApiToken, Scope
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.store.access import accounts, api_tokens
from engine.store.people import staff


def make(
    conn: Connection, account: str, name: str, scopes: Collection[Scope], actor: str, now: Instant
) -> str:
    """Make a token for a program.

    Args:
        conn: The transaction.
        account: The name of the account whose clients and role the program has.
        name: What the program is called.
        scopes: What the token may be used to do.
        actor: Who makes it, as the audit trail names them.
        now: The present instant.

    Returns:
        The token, which is kept nowhere.

    Raises:
        UserError: There is no such account, it is disabled, or no scope is given.
    """
    found = known_account(conn, account)
    if found.disabled_at is not None:
        raise UserError(f"The account {account} is disabled; add another account.")
    if not scopes:
        raise UserError(f"Say what the token may do: --scope {', --scope '.join(Scope)}.")
    token = new_token()
    made = ApiToken(found.id, name, frozenset(scopes), now, None)
    api_tokens.add(conn, hash_of(token), made)
    record_change(conn, found, AuditAction.API_TOKEN_MADE, actor, now, scopes=sorted(scopes))
    return token


def end(conn: Connection, account: str, name: str, actor: str, now: Instant) -> None:
    """End an account's tokens of a name.

    Raises:
        UserError: There is no such account, or it has no such token.
    """
    found = known_account(conn, account)
    if not api_tokens.end(conn, found.id, name, now):
        raise UserError(f"The account {account} has no token {name}.")
    record_change(conn, found, AuditAction.API_TOKEN_ENDED, actor, now)


def who(desk: Desk, token: str) -> tuple[SignedIn, frozenset[Scope]] | None:
    """Return who a program asks for, and what its token may be used to do; None if for nobody."""
    with desk.database.read() as conn:
        found = api_tokens.of_hash(conn, hash_of(token))
        account = accounts.by_id(conn, found.account_id) if found else None
        if found is None or found.ended_at is not None or account is None:
            return None
        if not signing_in.may_sign_in(conn, account):
            return None
        person = staff.with_ref(conn, account.staff) if account.staff else None
    session = Session(f"token {found.name}", account.id, found.made_at, desk.now(), None)
    return SignedIn(account, person, session), found.scopes
