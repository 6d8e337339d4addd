"""Signing in by the identity provider of the site; an account is never made by it."""

from __future__ import annotations

from engine.flows.console import signing_in
from engine.flows.console.desk import Desk
from engine.model.account import SignInWay
from engine.store.access import accounts, credentials


def sign_in(desk: Desk, claim: str, agent: str) -> str:
    """Sign in the account that the provider calls by this claim.

    Args:
        desk: The engine as pages see it.
        claim: Who the person is, as the provider says.
        agent: What the browser calls itself.

    Returns:
        The new session's token; empty if no open account is known by this claim.
    """
    with desk.database.write() as conn:
        account_id = credentials.account_of_identity(conn, claim)
        account = accounts.by_id(conn, account_id) if account_id is not None else None
        if account is None or not signing_in.may_sign_in(conn, account):
            return ""
        return signing_in.begin(conn, account, SignInWay.IDENTITY_PROVIDER, agent, desk.now())
