"""Rows that say by which numbers other systems know clients."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.flows.intake.roster_outcome import RosterRowResult, unknown_client
from engine.model.client_identifier import identifier_ref
from engine.model.instant import Instant
from engine.model.intake import Reject, RosterRow
from engine.store.people import client_data, client_identifiers, roster


def take(
    conn: Connection, rows: Sequence[RosterRow], now: Instant, outcome: RosterRowResult
) -> None:
    """Take numbers by which other systems know clients; each names one client for good."""
    known = roster.find_clients(conn, {row.values["client"] or "" for row in rows})
    unknown = {row.values["client"] or "" for row in rows} - known.keys()
    erased, near = client_data.erased(conn, sorted(unknown)), roster.near_refs(conn, unknown)
    names = [identifier_ref(row.values["system"] or "", row.values["value"] or "") for row in rows]
    owners = client_identifiers.owners(conn, names)
    new: dict[str, int] = {}
    for row, name in zip(rows, names, strict=True):
        ref = row.values["client"] or ""
        if ref in erased:
            continue
        reason, waits_for = None, None
        if ref not in known:
            reason, waits_for = unknown_client(ref, near.get(ref)), ref
        elif owners.get(name, ref) != ref:
            reason = f"{name} is {owners[name]} already, and names one client alone"
        if reason:
            outcome.rejects.append(Reject(row.line, reason, row.row, waits_for, row.key))
            continue
        outcome.count(row, "duplicate" if name in owners else "new")
        if name not in owners:
            new[name], owners[name] = known[ref].id, ref
    client_identifiers.add(conn, new, now)
