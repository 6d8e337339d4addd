"""Who is told again of an alert that is still not resolved; pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.instant import Instant
from engine.model.staff import Recipient


def reminded(
    owner_id: int | None, last_told: Mapping[int, Instant], at_hand: Mapping[int, Recipient]
) -> list[tuple[int, Recipient]]:
    """Each who is told again, with the step of the policy that reached them.

    That is the owner (0 where no step did), or where nobody took it, or the owner can receive no more, those of
    `last_told` (steps by staff id) who still can. Empty where none of them can. `at_hand` are those who can, by id,
    and in place of somebody absent whoever stands in for them.
    """
    if owner_id is not None and owner_id in at_hand:
        return [(last_told.get(owner_id, 0), at_hand[owner_id])]
    again = {
        at_hand[one].staff.id: (step, at_hand[one])
        for one, step in sorted(last_told.items())
        if one in at_hand
    }
    return list(again.values())
