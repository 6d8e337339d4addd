"""Rows about clients' stays in hospital."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.flows.intake.roster_outcome import (
    Clocks,
    RosterRowResult,
    placed_at,
    unknown_client,
    write_records,
)
from engine.model.client import RecordEntry
from engine.model.instant import Instant
from engine.model.intake import Reject, RosterRow
from engine.model.record import restate
from engine.store.intake import histories
from engine.store.people import client_data, roster


def take(
    conn: Connection,
    rows: Sequence[RosterRow],
    clocks: Clocks,
    now: Instant,
    outcome: RosterRowResult,
) -> None:
    """Take stays in hospital of known clients."""
    known = roster.find_clients(conn, {row.values["client"] or "" for row in rows})
    before = {
        one.id: one.record for one in histories.read_clients(conn, [c.id for c in known.values()])
    }
    records: dict[int, Sequence[RecordEntry]] = dict(before)
    unknown = {row.values["client"] or "" for row in rows} - known.keys()
    erased = client_data.erased(conn, sorted(unknown))
    near = roster.near_refs(conn, unknown)
    for row in rows:
        ref = row.values["client"] or ""
        if ref in erased:
            continue
        if (client := known.get(ref)) is None:
            reason = unknown_client(ref, near.get(ref))
            outcome.rejects.append(Reject(row.line, reason, row.row, ref, row.key))
            continue
        placed = placed_at(row.moments, clocks[client.zones])
        said = {f"stay_{word}": at for word, at in placed.items()}
        try:
            record = restate(records[client.id], said, {}, now)
        except ValueError as error:
            reason = str(error).replace("stay_", "")
            outcome.rejects.append(Reject(row.line, reason, row.row, key=row.key))
            continue
        same = record == list(records[client.id])
        outcome.count(row, "duplicate" if same else "new")
        records[client.id] = record
    write_records(conn, before, records, outcome)
