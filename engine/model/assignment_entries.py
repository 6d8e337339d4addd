"""Assignments as attributes of a client's record: `has_mentor` and the like, yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from engine.model.client import RecordEntry
from engine.model.instant import Instant
from engine.model.staff import Assignment, Role

# The attributes that rules may ask for, beside those that a source gives.
ASSIGNED: Mapping[str, Role] = {
    "has_case_manager": "case_manager",
    "has_mentor": "mentor",
    "has_supervisor": "supervisor",
    "has_prescriber": "prescriber",
}


def assignment_entries(since: Instant, assignments: Sequence[Assignment]) -> list[RecordEntry]:
    """Return when each role was held for a client, as entries of their record.

    Args:
        since: When the record begins; it says nothing about earlier times.
        assignments: All assignments that one client ever had.

    Returns:
        For each word of ASSIGNED `yes` or `no` at `since`, and at each change after it.
    """
    if not assignments:
        return [RecordEntry(since, word, "no") for word in ASSIGNED]
    entries = []
    for word, role in ASSIGNED.items():
        of_role = [one for one in assignments if one.role == role]
        was = None
        for at in sorted({since, *_changes(of_role, since)}):
            value = "yes" if any(one.lasts(at) for one in of_role) else "no"
            if value != was:
                entries.append(RecordEntry(at, word, value))
            was = value
    return entries


def with_assignments(
    record: Sequence[RecordEntry], assignments: Sequence[Assignment]
) -> tuple[RecordEntry, ...]:
    """Return a client's record with the entries of their assignments, in the order of dates."""
    if not record:
        return ()
    entries = [*record, *assignment_entries(record[0].at, assignments)]
    return tuple(sorted(entries, key=itemgetter(0)))


def _changes(assignments: Iterable[Assignment], since: Instant) -> set[Instant]:
    instants = {at for one in assignments for at in (one.began, one.ended) if at is not None}
    return {at for at in instants if at > since}
