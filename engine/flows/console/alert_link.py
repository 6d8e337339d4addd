"""A link of a text leads its recipient to the alert, and nobody else anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from engine.access.abilities import Ability, Access
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.instant import DAY_US
from engine.store.messages import alert_links

# An older link leads to an alert that other people have looked after since.
VALID_US = 3 * DAY_US


@dataclass(frozen=True, slots=True)
class FoundAlert:
    """Where a link leads; `expired` if it is too old to lead there."""

    client_ref: str
    alert_id: int
    expired: bool = False


def follow(desk: Desk, who: SignedIn, token: str) -> FoundAlert | Access | None:
    """Return where a link leads the account; the page there decides about access once more.

    Returns:
        The alert, or that the link is another person's, which is written down; None if there is no
        such link.
    """
    now = desk.now()
    with desk.database.read() as conn:
        link = alert_links.of_token(conn, token)
    if link is None:
        return None
    if who.staff is None or who.staff.id != link.staff_id:
        with desk.database.write() as conn:
            why = "the link is another person's"
            viewing.record_refusal(conn, who, Ability.SEE_CLIENT, link.client_id, why, now)
        return Access.NOT_THEIR_CLIENT
    return FoundAlert(link.client_ref, link.alert_id, expired=now - link.made_at > VALID_US)
