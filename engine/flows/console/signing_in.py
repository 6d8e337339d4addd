"""Signing in to the console and out of it, and who a request comes from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.access.sign_in import LinkState, SessionState, link_state, session_state
from engine.flows.console.accounts import hash_of, new_token
from engine.model.account import Account, Session, SignInWay
from engine.model.audit_action import AuditAction
from engine.model.instant import MINUTE_US, Instant
from engine.model.printable import printable
from engine.model.staff import Staff
from engine.store.access import accounts, sessions
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people import staff

# A session's last request is written down no oftener, because each write waits for the disk.
_SEEN_EVERY_US = MINUTE_US


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a request comes from, and the session by which it comes.

    `staff` is None where the account is of nobody on the roster.
    """

    account: Account
    staff: Staff | None
    session: Session

    @property
    def actor(self) -> str:
        """Return how the audit trail names them."""
        return f"account {self.account.id}"


def account_of_link(database: Database, token: str, now: Instant) -> tuple[LinkState, str]:
    """Return what a link is worth, and the name of its account; it is not used up.

    A program that looks at links in messages calls them too, so that opening one must not count.
    """
    with database.read() as conn:
        state, account = _link(conn, token, now)
    return state, account.name if account and state is LinkState.USABLE else ""


def sign_in(
    database: Database, token: str, now: Instant, browser: str = ""
) -> tuple[LinkState, str]:
    """Use a link up and begin a session.

    Returns:
        What the link was worth, and the new session's token; an empty one if it was worth nothing.
    """
    with database.write() as conn:
        state, account = _link(conn, token, now)
        if state is not LinkState.USABLE or account is None:
            return state, ""
        if not accounts.use_link(conn, hash_of(token), now):
            return LinkState.USED, ""
        session = begin(conn, account, SignInWay.LINK, browser, now)
    return state, session


def begin(conn: Connection, account: Account, way: SignInWay, browser: str, now: Instant) -> str:
    """Begin a session of an account that has shown who it is; return the session's token.

    Args:
        conn: The transaction.
        account: The account.
        way: How it signed in.
        browser: What the browser calls itself, so that a person knows their sessions apart.
        now: The present instant.
    """
    token = new_token()
    sessions.begin(conn, hash_of(token), account.id, way, printable(browser)[:100], now)
    _audit(conn, account, AuditAction.SIGNED_IN, now, way=way.value)
    return token


def may_sign_in(conn: Connection, account: Account) -> bool:
    """Return whether an account is open, and its member of staff works here."""
    if account.disabled_at is not None:
        return False
    person = staff.with_ref(conn, account.staff) if account.staff else None
    return account.staff is None or (person is not None and person.active)


def who(database: Database, token: str, now: Instant) -> tuple[SessionState, SignedIn | None]:
    """Return whether a session stands, and who it is of; None if it does not stand.

    A member of staff who has left is signed in no more.
    """
    with database.read() as conn:
        session = sessions.of_token(conn, hash_of(token))
        account = accounts.by_id(conn, session.account_id) if session else None
        state = session_state(session, account, now)
        person = staff.with_ref(conn, account.staff) if account and account.staff else None
    if state is not SessionState.LIVE or account is None or session is None:
        return state, None
    if account.staff and (person is None or not person.active):
        return SessionState.DISABLED, None
    _keep_alive(database, token, session, now)
    return state, SignedIn(account, person, session)


def sign_out(database: Database, token: str, now: Instant) -> None:
    """End a session."""
    with database.write() as conn:
        session = sessions.of_token(conn, hash_of(token))
        account = accounts.by_id(conn, session.account_id) if session else None
        if session is None or account is None or session.ended_at is not None:
            return
        sessions.end(conn, hash_of(token), now)
        _audit(conn, account, AuditAction.SIGNED_OUT, now)


def _link(conn: Connection, token: str, now: Instant) -> tuple[LinkState, Account | None]:
    link = accounts.link_of(conn, hash_of(token))
    account = accounts.by_id(conn, link.account_id) if link else None
    return link_state(link, account, now), account


def _keep_alive(database: Database, token: str, session: Session, now: Instant) -> None:
    if now - session.seen_at >= _SEEN_EVERY_US:
        with database.write(durable=False) as conn:
            sessions.seen(conn, hash_of(token), now)


def _audit(
    conn: Connection, account: Account, action: AuditAction, now: Instant, **detail: object
) -> None:
    subject = f"account {account.id}"
    audit_log.record(conn, at=now, actor=subject, action=action, subject=subject, detail=detail)
