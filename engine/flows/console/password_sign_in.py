"""Signing in by a password and a one-time code; wrong ones are slowed down and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import BoundedSemaphore

from sqlalchemy import Connection

from engine.access import delays, one_time_codes, passwords
from engine.access.sealing import SealState
from engine.flows.console import signing_in
from engine.flows.console.accounts import hash_of, new_token
from engine.flows.console.desk import Desk
from engine.flows.operations import sign_in_secrets
from engine.model.account import Account, Password, SignInFailures, SignInWay
from engine.model.audit_action import AuditAction
from engine.model.instant import SECOND_US, Instant
from engine.store.access import accounts, attempts, credentials
from engine.store.operations import audit_log

# A password takes 46 MB and much of a processor, so one is tried at once, and few wait for it. The
# console's other threads go on serving pages.
_ONE = BoundedSemaphore(1)
_WAITING = BoundedSemaphore(4)


class PasswordResult(StrEnum):
    """What became of a password; all after SIGNED_IN signed nobody in.

    NO_KEY is WRONG at a site that cannot check the codes of some app; it says so to everybody,
    because who has that app is nobody's business.
    """

    SIGNED_IN = "signed in"
    WRONG = "wrong"  # any of name, password and code
    TOO_SOON = "too soon"
    BUSY = "busy"
    NO_KEY = "no key"


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a browser brings besides the form.

    `known` is the token by which an account knows it from earlier; empty if it has none.
    """

    address: str
    agent: str
    known: str


@dataclass(frozen=True, slots=True)
class PasswordOutcome:
    """What became of a password.

    `session` and `known` are new tokens for the browser, empty if it gets none. `wait` is in
    seconds.
    """

    result: PasswordResult
    session: str = ""
    known: str = ""
    wait: int = 0


def sign_in(desk: Desk, name: str, password: str, code: str, visitor: Visitor) -> PasswordOutcome:
    """Sign an account in by its password and a code of its app, or a recovery code.

    Wrong ones make their source wait longer each time: the account and the group of addresses, or
    the browser alone if the account knows it. So nobody who guesses keeps a person out of a browser
    that they use.
    """
    now = desk.now()
    with desk.database.read() as conn:
        account = accounts.with_name(conn, name)
        known = account is not None and attempts.knows_browser(
            conn, hash_of(visitor.known), account.id
        )
        sources = _sources(account, name, visitor, known=known)
        failures = attempts.failures_of(conn, sources)
        kept = credentials.password_of(conn, account.id) if account else None
    again = max(delays.next_try(failures.get(one), free) for one, free in sources.items())
    if now < again:
        wait = -(-(again - now) // SECOND_US)
        return PasswordOutcome(PasswordResult.TOO_SOON, wait=wait)
    if not _WAITING.acquire(blocking=False):
        return PasswordOutcome(PasswordResult.BUSY)
    try:
        with _ONE:
            right = passwords.matches(password, kept.hash if kept else None)
    finally:
        _WAITING.release()
    with desk.database.write() as conn:
        if right and account and kept and _second_factor(conn, desk, account, kept, code):
            session = signing_in.begin(conn, account, SignInWay.PASSWORD, visitor.agent, now)
            attempts.forget_failures(conn, sources)
            token = "" if known else _know(conn, account, now)
            return PasswordOutcome(PasswordResult.SIGNED_IN, session, token)
    _count(desk, account, sources, now)
    with desk.database.read() as conn:
        lost = sign_in_secrets.states(conn, desk.seal).get(SealState.LOST)
    return PasswordOutcome(PasswordResult.NO_KEY if lost else PasswordResult.WRONG)


def _sources(
    account: Account | None, name: str, visitor: Visitor, *, known: bool
) -> Mapping[str, int]:
    """Return under which sources a wrong password counts, each with how many are free."""
    if known:
        return {f"browser {hash_of(visitor.known)}": delays.FREE_OF_ACCOUNT}
    whose = f"account {account.id}" if account else delays.source_of_name(name)
    address = delays.source_of_address(visitor.address)
    return {whose: delays.FREE_OF_ACCOUNT, address: delays.FREE_OF_ADDRESS}


def _second_factor(
    conn: Connection, desk: Desk, account: Account, kept: Password, code: str
) -> bool:
    """Return whether an open account's code is right and unused, and use it up."""
    if not signing_in.may_sign_in(conn, account):
        return False
    now, secret = desk.now(), desk.seal.open(kept.totp_secret, account.id)
    step = None if secret is None else one_time_codes.step_of(secret, code, now)
    if step is not None:
        return credentials.use_step(conn, account.id, step)
    typed = hash_of(one_time_codes.as_recovery_code(code))
    return credentials.use_recovery_code(conn, account.id, typed, now)


def _know(conn: Connection, account: Account, now: Instant) -> str:
    token = new_token()
    attempts.add_browser(conn, hash_of(token), account.id, now)
    return token


def _count(desk: Desk, account: Account | None, sources: Mapping[str, int], now: Instant) -> None:
    with desk.database.write(durable=False) as conn:
        before = attempts.failures_of(conn, sources)
        after: dict[str, SignInFailures] = {
            source: delays.one_more(before.get(source), now) for source in sources
        }
        attempts.set_failures(conn, after)
        if account is not None:
            subject = f"account {account.id}"
            failed = AuditAction.SIGN_IN_FAILED
            audit_log.record(
                conn, at=now, actor="console", action=failed, subject=subject, detail={}
            )
