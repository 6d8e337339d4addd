"""Accounts of the console, and the links that sign them in once."""

from __future__ import annotations

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.model.account import Account, AccountRole, SignInLink
from engine.model.instant import Instant
from engine.store.tables.access import accounts, sign_in_links


def everybody(conn: Connection) -> list[Account]:
    """Return all accounts by name, the disabled ones too."""
    return [_read(row) for row in conn.execute(select(accounts).order_by(accounts.c.name))]


def with_name(conn: Connection, name: str) -> Account | None:
    """Return the account of this name; None if there is none."""
    row = conn.execute(select(accounts).where(accounts.c.name == name)).first()
    return None if row is None else _read(row)


def by_id(conn: Connection, account_id: int) -> Account | None:
    """Return an account; None if there is none of this id."""
    row = conn.execute(select(accounts).where(accounts.c.id == account_id)).first()
    return None if row is None else _read(row)


def add(conn: Connection, name: str, role: AccountRole, staff: str | None) -> Account:
    """Make an account under a name that no other account has."""
    row = {"name": name, "role": role.value, "staff": staff}
    made = conn.execute(insert(accounts).values(row)).inserted_primary_key
    assert made is not None
    return Account(made[0], name, role, staff)


def disable(conn: Connection, account_id: int, now: Instant) -> None:
    """End an account for good."""
    of_account = accounts.c.id == account_id
    conn.execute(update(accounts).where(of_account).values(disabled_at=now))


def add_link(conn: Connection, token_hash: str, account_id: int, expires_at: Instant) -> None:
    """Keep the hash of a link's token."""
    row = {"token_hash": token_hash, "account_id": account_id, "expires_at": expires_at}
    conn.execute(insert(sign_in_links).values(row))


def link_of(conn: Connection, token_hash: str) -> SignInLink | None:
    """Return the link of this token; None if there is none."""
    wanted = sign_in_links.c.token_hash == token_hash
    row = conn.execute(select(sign_in_links).where(wanted)).first()
    return None if row is None else SignInLink(row.account_id, row.expires_at, row.used_at)


def use_link(conn: Connection, token_hash: str, now: Instant) -> bool:
    """Use a link up; return whether this call did, because of two at once one may sign in."""
    unused = (sign_in_links.c.token_hash == token_hash, sign_in_links.c.used_at.is_(None))
    used = conn.execute(update(sign_in_links).where(*unused).values(used_at=now))
    return used.rowcount == 1


def forget_links(conn: Connection, before: Instant) -> int:
    """Delete the links that expired before an instant; return how many there were."""
    return conn.execute(delete(sign_in_links).where(sign_in_links.c.expires_at < before)).rowcount


def _read(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.id, row.name, AccountRole(row.role), row.staff, row.disabled_at)
