"""Who is told again of an alert that is still not resolved; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.model.staff import Recipient, Role


def reminded(
    owner_id: int | None, last_told: Mapping[int, int], reachable: Mapping[Role, Sequence[Recipient]]
) -> list[tuple[int, Recipient]]:
    """Each who is told again, with the step of the policy that reached them.

    That is the owner (0 where no step did), or where nobody took it, or the owner can receive no more, those of
    `last_told` (steps by staff id) who still can. Empty where none of them can.
    """
    at_hand = {one.staff.id: one for recipients in reachable.values() for one in recipients}
    if owner_id in at_hand:
        return [(last_told.get(owner_id, 0), at_hand[owner_id])]
    return [(step, at_hand[staff_id]) for staff_id, step in sorted(last_told.items()) if staff_id in at_hand]
