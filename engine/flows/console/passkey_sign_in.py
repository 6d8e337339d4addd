"""Signing in by a passkey, and making one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.access import passkeys
from engine.access.passkeys import RelyingParty
from engine.access.sign_in import is_fresh
from engine.flows.console import own_account, signing_in
from engine.flows.console.accounts import hash_of
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.account import SignInWay
from engine.store.access import accounts, attempts, credentials

_MOST = 20  # passkeys of an account


def party_of(url: str) -> RelyingParty | None:
    """Return the console as passkeys know it; None if people call it by a number."""
    host = urlsplit(url).hostname or ""
    number = ":" in host or host.replace(".", "").isdigit()
    return None if number else RelyingParty(host, url)


def sign_in_options(desk: Desk, party: RelyingParty) -> Mapping[str, Any]:
    """Return what a browser is asked to sign in by a passkey."""
    return passkeys.sign_in_options(party, _key(desk), desk.now())


def sign_in(desk: Desk, party: RelyingParty, answer: str, agent: str) -> str:
    """Sign the account of a passkey in.

    Returns:
        The new session's token; empty if the answer does not count.
    """
    now, id_hash, key = desk.now(), hash_of(passkeys.credential_of(answer)), _key(desk)
    with desk.database.read() as conn:
        passkey = credentials.passkey(conn, id_hash)
        account = accounts.by_id(conn, passkey.account_id) if passkey else None
    found = passkey and passkeys.answered(party, key, passkey, answer, now)
    if not found or account is None:
        return ""
    with desk.database.write() as conn:
        newest = credentials.use_passkey(conn, id_hash, found.sign_count, found.challenge_at)
        if not newest or not signing_in.may_sign_in(conn, account):
            return ""
        return signing_in.begin(conn, account, SignInWay.PASSKEY, agent, now)


def creation_options(desk: Desk, who: SignedIn, party: RelyingParty) -> Mapping[str, Any] | None:
    """Return what a browser is asked to make a passkey; None if the sign-in is too old for that."""
    if not is_fresh(who.session, desk.now()):
        return None
    with desk.database.read() as conn:
        known = credentials.passkeys_of(conn, who.account.id)
    return passkeys.creation_options(party, _key(desk), who.account, known, desk.now())


def add(desk: Desk, who: SignedIn, party: RelyingParty, name: str, answer: str) -> bool:
    """Keep the passkey that a browser made; return whether its answer counts."""
    now = desk.now()
    if not is_fresh(who.session, now):
        return False
    made = passkeys.made(party, _key(desk), who.account, name, answer, now)
    if made is None:
        return False
    with desk.database.write() as conn:
        id_hash = hash_of(made.credential_id)
        full = len(credentials.passkeys_of(conn, who.account.id)) >= _MOST
        if full or credentials.passkey(conn, id_hash):
            return False
        credentials.add_passkey(conn, id_hash, made)
        own_account.record_change(conn, who, "passkey added", now)
    return True


def _key(desk: Desk) -> str:
    with desk.database.write(durable=False) as conn:
        return attempts.key(conn, secrets.token_hex(32))
