"""Rows about clients' stays in hospital."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.flows.intake.roster_outcome import (
    Clocks,
    NamedClients,
    RosterRowResult,
    placed_at,
    write_records,
)
from engine.model.client import RecordEntry
from engine.model.instant import Instant
from engine.model.intake import Reject, RosterRow
from engine.model.record import restate
from engine.store.intake import histories
from engine.store.people import client_merges


def take(
    conn: Connection,
    rows: Sequence[RosterRow],
    clocks: Clocks,
    now: Instant,
    outcome: RosterRowResult,
) -> None:
    """Take stays in hospital of known clients; one of a merged client is the other one's too."""
    clients, merged = NamedClients.read(conn, rows), client_merges.standing(conn)
    ids = {client.id for client in clients.known.values()}
    ids |= {merged[one] for one in ids & merged.keys()}
    before = {one.id: one.record for one in histories.read_clients(conn, sorted(ids))}
    records: dict[int, Sequence[RecordEntry]] = dict(before)
    for row in rows:
        if (client := clients.of(row, outcome)) is None:
            continue
        placed = placed_at(row.moments, clocks[client.zones])
        said = {f"stay_{word}": at for word, at in placed.items()}
        people = [client.id, *([merged[client.id]] if client.id in merged else [])]
        try:
            after = {one: restate(records[one], said, {}, now) for one in people}
        except ValueError as error:
            reason = str(error).replace("stay_", "")
            outcome.rejects.append(Reject(row.line, reason, row.row, key=row.key))
            continue
        same = all(after[one] == list(records[one]) for one in people)
        outcome.count(row, "duplicate" if same else "new")
        records |= after
    write_records(conn, before, records, outcome)
