"""Unresolved alerts for programs: a list, one alert with its proof, and those of one client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may, sees_every_client
from engine.flows.console import viewing
from engine.flows.console.caseload_page import ROWS, title_of
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations.why import explain
from engine.model.alert_explanation import AlertExplanation
from engine.model.instant import Instant
from engine.model.rule import Severity
from engine.store.alerts import alert_records, caseload_list
from engine.store.alerts.caseload_list import CaseloadFilter
from engine.store.people.roster import KnownClient

_NOBODY = -1


@dataclass(frozen=True, slots=True)
class UnresolvedAlert:
    """An unresolved alert; `rule` is the title of its rule, and `owner` who has it."""

    id: int
    client: str
    rule: str
    severity: Severity
    opened_at: Instant
    owner: str | None


@dataclass(frozen=True, slots=True)
class UnresolvedAlerts:
    """The alerts of a page of clients, the gravest first."""

    alerts: tuple[UnresolvedAlert, ...]
    page: int
    has_next: bool


def open_page(desk: Desk, who: SignedIn, page: int) -> UnresolvedAlerts | Access:
    """Return the unresolved alerts of some clients, and write down whose were shown.

    Args:
        desk: The engine as pages see it.
        who: Who asks; a case manager gets those of their own clients alone.
        page: The page, from 1; each has the alerts of as many clients as a page of the caseload.
    """
    access = may(who.account.role, Ability.SEE_CASELOAD)
    if access is not Access.GRANTED:
        return access
    now, own = desk.now(), who.staff.id if who.staff else _NOBODY
    wanted = CaseloadFilter(now, staff_id=None if sees_every_client(who.account.role) else own)
    with desk.database.read() as conn:
        rows = caseload_list.at_risk(conn, wanted, (page - 1) * ROWS, ROWS + 1)
        refs = {row.client_id: row.ref for row in rows[:ROWS]}
        found = _alerts(conn, desk, refs)
    if refs:
        viewing.record(desk, who, "alerts", "alerts", now, clients=list(refs))
    return UnresolvedAlerts(tuple(found), page, len(rows) > ROWS)


def one(desk: Desk, who: SignedIn, alert_id: int) -> AlertExplanation | Access | None:
    """Return an alert with its proof, and write down that its client was shown.

    Returns:
        The alert; or why the account must not see its client; None if there is no such alert.
    """
    now = desk.now()
    with desk.database.read() as conn:
        record = alert_records.record_of(conn, alert_id)
        if record is None:
            return None
        found = explain(conn, alert_id, desk.settings.kinds, now)
    known = viewing.find(desk, who, record.listed.client_ref, now)
    if not isinstance(known, KnownClient):
        return known
    viewing.record(desk, who, "alert", f"client {known.id}", now, alert=alert_id)
    return found


def of_client(desk: Desk, who: SignedIn, ref: str) -> Sequence[UnresolvedAlert] | Access | None:
    """Return a client's unresolved alerts, and write down that they were shown.

    Returns:
        The alerts; or why the account must not see the client; None if there is no such client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        found = _alerts(conn, desk, {known.id: ref})
    viewing.record(desk, who, "alerts", f"client {known.id}", now)
    return found


def _alerts(conn: Connection, desk: Desk, refs: dict[int, str]) -> list[UnresolvedAlert]:
    rules = desk.rulebook().rules
    return [
        UnresolvedAlert(
            one.alert_id,
            refs[one.client_id],
            title_of(rules, one.rule_id),
            one.severity,
            one.opened_at,
            one.owner,
        )
        for one in caseload_list.open_alerts(conn, list(refs))
    ]
