"""Who is told again of an alert that is still not resolved; pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.instant import Instant
from engine.model.staff import Recipient


def reminded(
    owner_id: int | None, last_told: Mapping[int, Instant], at_hand: Mapping[int, Recipient]
) -> list[tuple[int, Recipient]]:
    """Choose who is reminded of an alert.

    The owner is reminded. If nobody took the alert, or the owner can receive no more, the people of
    `last_told` are reminded who still can receive.

    Args:
        owner_id: The staff id of the person who took the alert, if any.
        last_told: The policy step that reached each person, by staff id.
        at_hand: The people who can receive, by id; a stand-in counts under the absent person's id.

    Returns:
        Each person with the step that reached them, 0 if none did; empty if nobody can receive.
    """
    if owner_id is not None and owner_id in at_hand:
        return [(last_told.get(owner_id, 0), at_hand[owner_id])]
    again = {
        at_hand[one].staff.id: (step, at_hand[one])
        for one, step in sorted(last_told.items())
        if one in at_hand
    }
    return list(again.values())
