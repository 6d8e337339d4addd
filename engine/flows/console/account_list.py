"""All accounts of the console, and what those who manage them do about one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.access.sign_in import SessionState, session_state
from engine.errors import UserError
from engine.flows.console import accounts
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.account import SESSION_US, AccountRole
from engine.model.account_list import AccountList, ListedAccount
from engine.model.instant import Instant
from engine.store.access import accounts as stored
from engine.store.access import credentials, sessions
from engine.store.people import staff

_CHANGES: Mapping[str, Callable[[Connection, str, str, Instant], None]] = {
    "end": accounts.end_sessions,
    "reset": accounts.reset,
    "disable": accounts.disable,
}
_WITH_LINK = frozenset({"link", "reset"})


def open_page(desk: Desk, who: SignedIn) -> AccountList | Access:
    """Return all accounts with how they sign in and how often they are signed in."""
    access = may(who.account.role, Ability.MANAGE_ACCOUNTS)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    with desk.database.read() as conn:
        known = stored.everybody(conn)
        by_id = {one.id: one for one in known}
        live = [
            one.account_id
            for one in sessions.unended(conn, now - SESSION_US)
            if session_state(one, by_id[one.account_id], now) is SessionState.LIVE
        ]
        ways = credentials.ways_of_all(conn)
    return AccountList(
        tuple(
            ListedAccount(one, ways.get(one.id, frozenset()), live.count(one.id)) for one in known
        ),
        who.account.name,
    )


def add(desk: Desk, who: SignedIn, name: str, role: str, ref: str) -> str | Access:
    """Make an account; return the token of its first link, or why the account must not.

    Args:
        desk: The engine as pages see it.
        who: Who makes it.
        name: What the account is called.
        role: What it is for, as the form has it.
        ref: The ref of the member of staff whose account it is; empty if it is nobody's.

    Raises:
        UserError: The account cannot be made, and the error says why.
    """
    access = may(who.account.role, Ability.MANAGE_ACCOUNTS)
    if access is not Access.GRANTED:
        return access
    if not name.strip() or role not in set(AccountRole):
        raise UserError("An account needs a name and a role.")
    now, person = desk.now(), ref.strip() or None
    with desk.database.write() as conn:
        if person is not None and staff.with_ref(conn, person) is None:
            raise UserError(f"There is nobody among the staff called {person}.")
        accounts.add(conn, name.strip()[:64], AccountRole(role), person, who.actor, now)
        return accounts.make_link(conn, name.strip()[:64], who.actor, now)


def change(desk: Desk, who: SignedIn, name: str, what: str) -> str | Access | None:
    """Do something about an account.

    Args:
        desk: The engine as pages see it.
        who: Who does it.
        name: The account.
        what: `link`, `end`, `reset` or `disable`.

    Returns:
        The token of the account's new link, empty where it gets none; or why the account must not;
        None if nothing is called `what`.

    Raises:
        UserError: There is no such account, or the person means their own.
    """
    access = may(who.account.role, Ability.MANAGE_ACCOUNTS)
    if access is not Access.GRANTED:
        return access
    if what not in {*_CHANGES, *_WITH_LINK}:
        return None
    if name == who.account.name:
        raise UserError("Nobody changes their own account here; another person has to do it.")
    with desk.database.write() as conn:
        if what in _CHANGES:
            _CHANGES[what](conn, name, who.actor, desk.now())
        return accounts.make_link(conn, name, who.actor, desk.now()) if what in _WITH_LINK else ""
