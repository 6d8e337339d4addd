"""A message in the outbox, its claim and its settlement."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.instant import SECOND_US
from engine.model.message import (
    Claimed,
    Settlement,
)
from engine.model.notify_reason import SettlementReason
from engine.store.database.connection import Database
from engine.store.messages import outbox_claims
from tests.kit.rows import (
    NOW,
    add_message,
)

WHY = SettlementReason.REPORTED


LEASE = 60 * SECOND_US


def add(database: Database, **values: object) -> int:
    with database.write() as conn:
        return add_message(conn, **values)  # type: ignore[arg-type]


def claim(database: Database, now: int = NOW, owner: str = "a", limit: int = 10) -> list[Claimed]:
    with database.write() as conn:
        return outbox_claims.claim_due(conn, now, owner, LEASE, limit)


def ids(claimed: Iterable[Claimed]) -> list[int]:
    return [message.id for message in claimed]


def settle(
    database: Database, message: Claimed, settlement: Settlement, owner: str = "a", now: int = NOW
) -> bool:
    with database.write() as conn:
        return outbox_claims.settle(conn, message, settlement, owner, now)
