"""Every text of the site: when it went out, when it arrived, and why not."""

from __future__ import annotations

from engine.access.abilities import Ability, Access, may, sees_every_client
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.site_pages import DeliveriesPage
from engine.store.messages import deliveries

ROWS = 50
# A case manager who is nobody on the roster has no clients.
_NOBODY = -1


def open_page(
    desk: Desk, who: SignedIn, before: int | None, *, lost_only: bool
) -> DeliveriesPage | Access:
    """Return a page of texts, and write down which clients the account saw in it.

    Args:
        desk: The engine as pages see it.
        who: Who asks; a case manager sees texts about their own clients alone.
        before: Only texts older than this one; None for the newest.
        lost_only: Only those that certainly reached nobody.
    """
    now = desk.now()
    access = may(who.account.role, Ability.SEE_DELIVERIES)
    if access is not Access.GRANTED:
        return access
    own = None if sees_every_client(who.account.role) else who.staff.id if who.staff else _NOBODY
    with desk.database.read() as conn:
        found = deliveries.listed(
            conn, before, ROWS + 1, lost_only=lost_only, staff_id=own, now=now
        )
    texts = tuple(found[:ROWS])
    clients = sorted({one.client_id for one in texts if one.client_id is not None})
    if clients:
        viewing.record(desk, who, "deliveries", "deliveries", now, clients=clients)
    older = texts[-1].id if len(found) > ROWS else None
    return DeliveriesPage(texts, lost_only, older, desk.settings.timezone, now)
