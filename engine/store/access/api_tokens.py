"""Tokens of programs, by the hash of each."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Row, insert, select, update

from engine.model.api_token import ApiToken, Scope
from engine.model.instant import Instant
from engine.store.tables.access import api_tokens


def add(conn: Connection, token_hash: str, token: ApiToken) -> None:
    """Keep a token."""
    row = {
        "token_hash": token_hash,
        "account_id": token.account_id,
        "name": token.name,
        "scopes": _words(token.scopes),
        "made_at": token.made_at,
    }
    conn.execute(insert(api_tokens).values(row))


def of_hash(conn: Connection, token_hash: str) -> ApiToken | None:
    """Return the token of this hash; None if there is none."""
    row = conn.execute(select(api_tokens).where(api_tokens.c.token_hash == token_hash)).first()
    return None if row is None else _read(row)


def everything(conn: Connection) -> list[ApiToken]:
    """Return all tokens in the order in which they were made, the ended ones too."""
    return [_read(row) for row in conn.execute(select(api_tokens).order_by(api_tokens.c.made_at))]


def end(conn: Connection, account_id: int, name: str, now: Instant) -> bool:
    """End an account's tokens of this name; return whether there was one."""
    open_ones = (
        api_tokens.c.account_id == account_id,
        api_tokens.c.name == name,
        api_tokens.c.ended_at.is_(None),
    )
    return conn.execute(update(api_tokens).where(*open_ones).values(ended_at=now)).rowcount > 0


def _words(scopes: Iterable[Scope]) -> frozenset[str]:
    return frozenset(one.value for one in scopes)


def _read(row: Row[tuple[object, ...]]) -> ApiToken:
    scopes = frozenset(map(Scope, row.scopes))
    return ApiToken(row.account_id, row.name, scopes, row.made_at, row.ended_at)
