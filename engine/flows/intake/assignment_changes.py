"""When conditions such as `has_mentor` change, after intake changed assignments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from engine.model.assignment_entries import assignment_entries
from engine.model.instant import Instant
from engine.model.record import earliest_change
from engine.model.staff import Assignment
from engine.store.people import staff


class AssignmentChanges:
    """Compares clients' assignments with those that they had when they were first watched."""

    def __init__(self, conn: Connection) -> None:
        """Take the connection to read from, in the transaction that changes assignments."""
        self._conn = conn
        self._before: dict[int, Sequence[Assignment]] = {}

    def watch(self, client_ids: Collection[int]) -> None:
        """Read the assignments of these clients, before anything changes them."""
        unknown = set(client_ids) - self._before.keys()
        if unknown:
            self._before |= self._read(unknown)

    def earliest(self) -> dict[int, Instant]:
        """Return the first instant at which the assignments of a client differ, by client id.

        A client whose roles are held without a break as before is left out.
        """
        after = self._read(self._before.keys()) if self._before else {}
        found = {
            client_id: earliest_change(
                assignment_entries(0, before), assignment_entries(0, after[client_id])
            )
            for client_id, before in self._before.items()
        }
        return {client_id: at for client_id, at in found.items() if at is not None}

    def _read(self, client_ids: Collection[int]) -> Mapping[int, Sequence[Assignment]]:
        held: dict[int, list[Assignment]] = defaultdict(list)
        for one in staff.assignments_of(self._conn, sorted(client_ids)):
            held[one.client_id].append(one)
        return {client_id: held[client_id] for client_id in client_ids}
