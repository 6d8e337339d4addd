"""Rows that say by which numbers other systems know clients."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.flows.intake.roster_outcome import NamedClients, RosterRowResult
from engine.model.client_identifier import identifier_ref
from engine.model.instant import Instant
from engine.model.intake import Reject, RosterRow
from engine.store.people import client_identifiers


def take(
    conn: Connection, rows: Sequence[RosterRow], now: Instant, outcome: RosterRowResult
) -> None:
    """Take numbers by which other systems know clients; each names one client at a time."""
    clients = NamedClients.read(conn, rows)
    names = [identifier_ref(row.values["system"] or "", row.values["value"] or "") for row in rows]
    owners = client_identifiers.owners(conn, names)
    withdrawn = client_identifiers.withdrawn(conn, names)
    new: dict[str, int] = {}
    for row, name in zip(rows, names, strict=True):
        if (client := clients.of(row, outcome)) is None:
            continue
        ref = row.values["client"] or ""
        if (owner := owners.get(name, ref)) != ref:
            reason = f"{name} is {owner} already, and names one client alone"
            outcome.rejects.append(Reject(row.line, reason, row.row, key=row.key))
            continue
        if withdrawn.get(name) == ref:
            reason = (
                f"{name} was withdrawn from {ref}; correct the source, or let it name {ref} again"
            )
            outcome.rejects.append(Reject(row.line, reason, row.row, key=row.key))
            continue
        outcome.count(row, "duplicate" if name in owners else "new")
        if name not in owners:
            new[name], owners[name] = client.id, ref
    client_identifiers.add(conn, new, now)
