"""Phones of people as the roster has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from engine.store.tables.alerts import alert_transitions
from engine.store.tables.people import clients
from tests.kit.phones import CASE_MANAGER, CLIENT, Phones


def give_number(phones: Phones, table: Any, row_id: int, **values: Any) -> None:
    with phones.site.database.write() as conn:
        conn.execute(update(table).where(table.c.id == row_id).values(values))


def last_transition(phones: Phones) -> tuple[str, str, str, str]:
    row = phones.site.rows(alert_transitions)[-1]
    return row.from_state, row.to_state, row.actor, row.why


def with_client_phone(phones: Phones, number: str = CLIENT) -> Phones:
    give_number(phones, clients, 1, phone=number)
    phones.text(CASE_MANAGER, "1 d")
    return phones
