"""The list of clients: where each stands, who looks after them, and whether texts reach them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.model.client import Client
from engine.model.instant import Instant
from engine.store.intake import histories
from engine.store.people import (
    agreements,
    client_data,
    client_identifiers,
    client_merges,
    named_clients,
    opt_outs,
    roster,
    staff,
)

_AT_ONCE = 1000  # clients


class ClientLine(NamedTuple):
    """A client in the list.

    Attributes:
        client: The ref.
        state: `enrolled`, `on leave`, `ended`, `not enrolled yet`, `erased`, or `is C-1042` for a
            client who was merged into another. `, has C-1077` follows if others were merged.
        timezone: Where the client lives.
        phone: The end of the number; None if there is none.
        staff: Who looks after the client now, by role.
        consents: The mentors who may be told now.
        identifiers: The numbers by which other systems know the client, such as mrn:4711.
        texts: `agreed`, or why no text reaches the client.
    """

    client: str
    state: str
    timezone: str
    phone: str | None
    staff: str
    consents: str
    identifiers: str
    texts: str


def client_list(conn: Connection, ref: str | None, now: Instant) -> Iterator[ClientLine]:
    """Yield the clients in the order of their refs.

    Args:
        conn: A connection.
        ref: Only this client; None for all.
        now: The present instant.

    Raises:
        UserError: There is no such client.
    """
    ids = [named_clients.find(conn, ref).id] if ref else roster.client_ids(conn)
    names = {one.id: one.ref for one in staff.everybody(conn).values()}
    stopped, merged = opt_outs.numbers(conn), client_merges.standing(conn)
    refs = roster.refs_of(conn, sorted({*merged, *merged.values()}))
    others: dict[int, list[str]] = defaultdict(list)
    for one, into in merged.items():
        others[into].append(refs[one])
    phones = {client: phone for phone, client in roster.client_phones(conn)}
    for start in range(0, len(ids), _AT_ONCE):
        batch = ids[start : start + _AT_ONCE]
        assigned, consented = _people(conn, batch, names, now)
        agreed = agreements.standing(conn, batch)
        numbers = client_identifiers.of_clients(conn, batch)
        reached = agreements.reachable(conn, batch)
        for client in histories.read_clients(conn, batch):
            phone, same = phones.get(client.ref), refs.get(merged.get(client.id, 0))
            yield ClientLine(
                client.ref,
                f"is {same}" if same else ", has ".join([_state(client, now), *others[client.id]]),
                client.timezone,
                f"…{phone[-4:]}" if phone else None,
                ", ".join(assigned[client.id]),
                ", ".join(consented[client.id]),
                ", ".join(numbers.get(client.id, ())),
                _texts(
                    phone,
                    agreed=client.id in agreed,
                    reached=client.id in reached,
                    stopped=phone in stopped,
                ),
            )


def _people(
    conn: Connection, ids: Sequence[int], names: dict[int, str], now: Instant
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    assigned, consented = defaultdict(list), defaultdict(list)
    for one in staff.assignments_of(conn, ids):
        if one.lasts(now):
            assigned[one.client_id].append(f"{one.role} {names[one.staff_id]}")
    for each in staff.consents_of(conn, ids):
        ends = [at for at in (each.expires_at, each.revoked_at) if at is not None]
        if each.given_at <= now and all(now < at for at in ends):
            consented[each.client_id].append(names[each.staff_id])
    return assigned, consented


def _state(client: Client, now: Instant) -> str:
    if client.ref.startswith(client_data.TOMBSTONE):
        return "erased"
    if not any(entry.entry == "enrolled" and entry.at <= now for entry in client.record):
        return "not enrolled yet"
    stands = standing_at(client.record, now)
    if not stands.enrolled:
        return "ended"
    return "on leave" if stands.on_leave else "enrolled"


def _texts(phone: str | None, *, agreed: bool, reached: bool, stopped: bool) -> str:
    """Say whether texts reach a client, or the first reason why not."""
    if not agreed:
        return "did not agree"
    if phone is None:
        return "no phone"
    if stopped:
        return "said STOP"
    return "agreed" if reached else "shares the phone with another client"
