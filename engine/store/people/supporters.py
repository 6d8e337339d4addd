"""Supporters: their own agreements, whom they support, and whether others have their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import time
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine.model.instant import Instant
from engine.model.staff import Consent, PersonRole, RecipientFacts, Staff, SupporterFacts
from engine.model.supporter import SupporterAgreement
from engine.store.database.prepared import prepared
from engine.store.operations import channel_state
from engine.store.people import opt_outs
from engine.store.people.staff import consents_of, of_role, read
from engine.store.tables.people import clients, consents, staff, supporter_agreements

SUPPORTER: PersonRole = "supporter"
_AGREEMENTS = prepared(
    select(supporter_agreements)
    .where(supporter_agreements.c.staff_id.in_(bindparam("ids", expanding=True)))
    .order_by(supporter_agreements.c.given_at, supporter_agreements.c.id)
)
_NAMED = (
    select(consents.c.client_id, clients.c.ref.label("client_ref"), *staff.c)
    .distinct()
    .join(staff, staff.c.id == consents.c.staff_id)
    .join(clients, clients.c.id == consents.c.client_id)
    .where(staff.c.role == SUPPORTER)
    .order_by(clients.c.ref, staff.c.id)
)
_NAMED_BY = _NAMED.where(consents.c.client_id.in_(bindparam("ids", expanding=True)))
_THEIR_CLIENTS = (
    select(consents.c.client_id)
    .distinct()
    .where(consents.c.staff_id == bindparam("of"))
    .order_by(consents.c.client_id)
)
_CLIENT_HAS_IT = select(clients.c.id).where(clients.c.phone == bindparam("phone")).limit(1)
_COLLEAGUE_HAS_IT = (
    select(staff.c.id)
    .where(staff.c.phone == bindparam("phone"), staff.c.active, staff.c.role != SUPPORTER)
    .limit(1)
)


class NamedSupporter(NamedTuple):
    """A supporter, and a client who named them."""

    client_id: int
    client_ref: str
    person: Staff


def add_agreement(conn: Connection, one: SupporterAgreement) -> None:
    """Record a supporter's agreement; it takes the place of their earlier ones."""
    row = {
        name: getattr(one, name)
        for name in ("staff_id", "given_at", "how", "language", "series", "withdrawn_at")
    }
    hours = {name: f"{getattr(one, name):%H:%M}" for name in ("quiet_from", "quiet_to")}
    conn.execute(insert(supporter_agreements), {**row, **hours})


def agree_anew(conn: Connection, staff_id: int, one: SupporterAgreement) -> bool:
    """Record an agreement unless the newest one is of that day or later and says the same.

    Returns:
        Whether it was recorded.
    """
    rows = [_agreement(row) for row in conn.execute(_AGREEMENTS, {"ids": [staff_id]})]
    newest = rows[-1] if rows else None
    if newest is not None and one.given_at <= newest.given_at:
        same = (newest.language, newest.series) == (one.language, one.series)
        if same or newest.withdrawn_at is not None or one.given_at < newest.given_at:
            return False
    add_agreement(conn, replace(one, staff_id=staff_id))
    return True


def withdraw(conn: Connection, staff_id: int, now: Instant) -> bool:
    """Record that a supporter agrees no more; return whether an agreement stood."""
    table = supporter_agreements
    theirs = (table.c.staff_id == staff_id, table.c.withdrawn_at.is_(None))
    return conn.execute(update(table).where(*theirs).values(withdrawn_at=now)).rowcount > 0


def agreements(
    conn: Connection, staff_ids: Collection[int], now: Instant
) -> dict[int, SupporterAgreement]:
    """Return the agreements that stand at `now`, by supporter."""
    found: dict[int, SupporterAgreement] = {}
    if staff_ids:
        for row in conn.execute(_AGREEMENTS, {"ids": sorted(staff_ids)}):
            one = _agreement(row)
            if one.given_at <= now:
                found[one.staff_id] = one
    return {staff_id: one for staff_id, one in found.items() if one.stands(now)}


def recipient(conn: Connection, one: Staff, client_id: int, now: Instant) -> RecipientFacts:
    """Return the facts about a supporter, whose quiet hours are those of their agreement.

    Args:
        conn: A connection to read from.
        one: The supporter, with the number that a text goes to.
        client_id: The client whom it is about; 0 if it is about none.
        now: The present instant.
    """
    agreed = agreements(conn, [one.id], now).get(one.id)
    if agreed is not None:
        one = replace(one, quiet_from=agreed.quiet_from, quiet_to=agreed.quiet_to)
    return RecipientFacts(
        one,
        opted_out=opt_outs.holds(conn, one.phone),
        unconfirmed=not one.phone_confirmed and channel_state.verifies_numbers(conn),
        consents=consents_to(conn, client_id, one.id),
        supporter=SupporterFacts(
            agreed is not None, agreed.series if agreed else None, shares_number(conn, one.phone)
        ),
    )


def everybody(conn: Connection) -> list[Staff]:
    """Return all supporters who are active, by id."""
    return [one for one in of_role(conn, SUPPORTER) if one.active]


def shares_number(conn: Connection, phone: str | None) -> bool:
    """Return whether a client, a mentor or an active member of staff has this number too."""
    asked = {"phone": phone}
    return phone is not None and (
        conn.scalar(_CLIENT_HAS_IT, asked) is not None
        or conn.scalar(_COLLEAGUE_HAS_IT, asked) is not None
    )


def of_clients(conn: Connection, client_ids: Collection[int]) -> dict[int, list[Staff]]:
    """Return by client everybody whom the client ever named as a supporter."""
    found: dict[int, list[Staff]] = {}
    if client_ids:
        for row in conn.execute(_NAMED_BY, {"ids": sorted(client_ids)}):
            found.setdefault(row.client_id, []).append(read(row))
    return found


def named(conn: Connection, client_ids: Collection[int] | None) -> list[NamedSupporter]:
    """Return everybody whom some clients ever named, by the refs of clients; None: all clients."""
    wanted = _NAMED if client_ids is None else _NAMED_BY
    asked = {} if client_ids is None else {"ids": sorted(client_ids)}
    return [
        NamedSupporter(row.client_id, row.client_ref, read(row))
        for row in conn.execute(wanted, asked)
    ]


def consents_to(conn: Connection, client_id: int, staff_id: int) -> tuple[Consent, ...]:
    """Return every consent that a client ever gave for a supporter, the newest last."""
    return tuple(one for one in consents_of(conn, [client_id]) if one.staff_id == staff_id)


def supported_by(conn: Connection, staff_id: int) -> list[int]:
    """Return the clients who ever named a supporter."""
    return list(conn.scalars(_THEIR_CLIENTS, {"of": staff_id}))


def _agreement(row: Row[Any]) -> SupporterAgreement:
    hours = {name: time.fromisoformat(getattr(row, name)) for name in ("quiet_from", "quiet_to")}
    return SupporterAgreement(
        row.staff_id, row.given_at, row.how, row.language, hours["quiet_from"], hours["quiet_to"],
        row.series, row.withdrawn_at,
    )  # fmt: skip
