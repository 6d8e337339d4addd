"""The audit trail, whether it is whole, and the disclosures about a client."""

from __future__ import annotations

from dataclasses import replace

from engine.access.abilities import Ability, Access, may
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.site_pages import DisclosureLine, TrailFilter, TrailPage
from engine.store.operations import audit_log, trail_rows
from engine.store.people import disclosures
from engine.store.people.roster import KnownClient

ROWS = 100


def open_trail(
    desk: Desk, who: SignedIn, chosen: TrailFilter, before: int | None, *, check: bool
) -> TrailPage | Access:
    """Return a page of the trail, and write down that the account saw it, and whom it names.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        chosen: Which rows.
        before: Only rows older than this one; None for the newest.
        check: Whether the whole chain is checked, which reads every row.
    """
    access = may(who.account.role, Ability.SEE_AUDIT)
    if access is not Access.GRANTED:
        return access
    timezone = desk.settings.timezone
    with desk.database.read() as conn:
        # The view of each page adds a row, which would move the others and their count.
        chosen = replace(chosen, newest=chosen.newest or trail_rows.newest(conn))
        found = trail_rows.listed(conn, chosen, timezone, before, ROWS + 1)
        total = trail_rows.count(conn, chosen, timezone)
        skipped = 0 if before is None else trail_rows.count(conn, chosen, timezone, oldest=before)
        broken = audit_log.verify(conn) if check else None
    rows = tuple(found[:ROWS])
    shown = {id_ for row in rows for id_ in row.clients}
    viewing.record(desk, who, "audit trail", "audit trail", desk.now(), clients=shown)
    return TrailPage(
        rows, chosen, skipped, total, rows[-1].id if len(found) > ROWS else None, timezone,
        broken is None if check else None, broken,
    )  # fmt: skip


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
