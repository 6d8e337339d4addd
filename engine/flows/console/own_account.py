"""A person's own account: how it signs in, and where it is signed in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection

from engine.access import one_time_codes, passwords
from engine.access.passwords import PasswordFault
from engine.access.sign_in import SessionState, is_fresh, session_state
from engine.flows.console.accounts import hash_of
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.account import SESSION_US, Account, Password, Session
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.own_account import OwnAccount
from engine.store.access import credentials, sessions
from engine.store.operations import audit_log


class CodeFault(StrEnum):
    """Why a new password is refused although the password itself is good."""

    WRONG_CODE = "wrong code"
    NOT_FRESH = "not fresh"  # the sign-in is too old to change how one signs in


def open_page(desk: Desk, who: SignedIn) -> OwnAccount:
    """Return how an account signs in, and its sessions."""
    now, account = desk.now(), who.account
    with desk.database.read() as conn:
        return OwnAccount(
            credentials.password_of(conn, account.id) is not None,
            credentials.codes_left(conn, account.id),
            credentials.passkeys_of(conn, account.id),
            live_sessions(conn, account, now),
            who.session.handle,
            is_fresh(who.session, now),
            now,
        )


def live_sessions(conn: Connection, account: Account, now: Instant) -> list[Session]:
    """Return the sessions of an account that stand at `now`, the newest first."""
    found = sessions.unended(conn, now - SESSION_US, account.id)
    return [one for one in found if session_state(one, account, now) is SessionState.LIVE]


def can_sign_in(conn: Connection, account: Account) -> bool:
    """Return whether an account can sign in by itself, without a new link."""
    return bool(
        credentials.password_of(conn, account.id) or credentials.passkeys_of(conn, account.id)
    )


def set_password(
    desk: Desk, who: SignedIn, password: str, again: str, secret: str, code: str
) -> list[str] | PasswordFault | CodeFault:
    """Set a password, with an authenticator app as the second factor, in place of an earlier one.

    All other sessions of the account end.

    Args:
        desk: The engine as pages see it.
        who: Whose password it is.
        password: The new password.
        again: The same as it was typed again.
        secret: The secret that the app was given.
        code: The code that the app shows.

    Returns:
        New recovery codes, which are kept nowhere; or why nothing was changed.
    """
    now, account = desk.now(), who.account
    if not is_fresh(who.session, now):
        return CodeFault.NOT_FRESH
    if fault := passwords.fault_of(account.name, password, again):
        return fault
    step = one_time_codes.step_of(secret, code, now) if one_time_codes.is_secret(secret) else None
    if step is None:
        return CodeFault.WRONG_CODE
    new = Password(passwords.hashed(password), desk.seal.seal(secret, account.id), step)
    codes = one_time_codes.recovery_codes()
    with desk.database.write() as conn:
        credentials.set_password(conn, account.id, new, [hash_of(one) for one in codes], now)
        _end_others(conn, who, now)
        record_change(conn, who, "password set", now)
    return codes


def remove_passkey(desk: Desk, who: SignedIn, credential_id: str) -> bool:
    """Forget a passkey; return whether there was one."""
    with desk.database.write() as conn:
        removed = credentials.remove_passkey(conn, who.account.id, credential_id)
        if removed:
            record_change(conn, who, "passkey removed", desk.now())
    return removed


def end_session(desk: Desk, who: SignedIn, handle: str) -> bool:
    """End one of a person's own sessions; return whether there was one."""
    now = desk.now()
    with desk.database.write() as conn:
        ended = sessions.end_by_handle(conn, who.account.id, handle, now)
        if ended:
            _record(conn, who, AuditAction.SESSION_ENDED, now, session=handle)
    return ended


def record_change(conn: Connection, who: SignedIn, what: str, now: Instant) -> None:
    """Write down that a person changed how they sign in."""
    _record(conn, who, AuditAction.SIGN_IN_CHANGED, now, what=what)


def _end_others(conn: Connection, who: SignedIn, now: Instant) -> None:
    for one in sessions.unended(conn, now - SESSION_US, who.account.id):
        if one.handle != who.session.handle:
            sessions.end_by_handle(conn, who.account.id, one.handle, now)


def _record(
    conn: Connection, who: SignedIn, action: AuditAction, now: Instant, **detail: object
) -> None:
    audit_log.record(conn, at=now, actor=who.actor, action=action, subject=who.actor, detail=detail)
