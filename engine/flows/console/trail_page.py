"""The audit trail, whether it is whole, and the disclosures about a client."""

from __future__ import annotations

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.site_pages import DisclosureLine, TrailPage
from engine.store.operations import audit_log, trail_rows
from engine.store.people import disclosures
from engine.store.people.roster import KnownClient

ROWS = 100


def open_trail(
    desk: Desk, who: SignedIn, before: int | None, action: str, *, check: bool
) -> TrailPage | Access:
    """Return a page of the trail, and write down that the account saw it.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        before: Only rows older than this one; None for the newest.
        action: Only rows of this action; empty for all.
        check: Whether the whole chain is checked, which reads every row.
    """
    access = may(who.account.role, Ability.SEE_AUDIT)
    if access is not Access.GRANTED:
        return access
    with desk.database.read() as conn:
        found = trail_rows.listed(conn, before, action, ROWS + 1)
        broken = audit_log.verify(conn) if check else None
    viewing.record(desk, who, "audit trail", "audit trail", desk.now())
    older = found[ROWS - 1].id if len(found) > ROWS else None
    whole = broken is None if check else None
    return TrailPage(tuple(found[:ROWS]), older, desk.settings.timezone, whole, broken)


def open_disclosures(
    desk: Desk, who: SignedIn, ref: str
) -> tuple[KnownClient, tuple[DisclosureLine, ...]] | Access | None:
    """Return every text that told a mentor about a client, or may have; the view is written down.

    Returns:
        The client and the disclosures, or why the account must not see them; None without such a
        client.
    """
    access = may(who.account.role, Ability.SEE_AUDIT)
    if access is not Access.GRANTED:
        return access
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        found = tuple(
            DisclosureLine(
                one.at, one.staff_ref, one.told, one.alert_id, one.state, one.scope, one.purpose,
                one.given_at, one.expires_at,
            )
            for one in disclosures.listed(conn, ref, 0)
        )  # fmt: skip
    viewing.record(desk, who, "disclosures", f"client {known.id}", now)
    return known, found
