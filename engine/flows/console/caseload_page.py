"""The caseload by risk, as the account may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may, sees_every_client
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.alert import CLIENT_TEXT, DRILL, SUPPORTER_TEXT
from engine.model.console_pages import CaseloadClient, CaseloadPage
from engine.model.event import read_fields
from engine.model.instant import DAY_US, Instant
from engine.model.rule import Rule, Severity
from engine.store.alerts import caseload_list
from engine.store.alerts.caseload_list import CaseloadFilter, CaseloadRow
from engine.store.intake import client_events
from engine.store.people import staff

ROWS = 25
_CRAVING_US = 14 * DAY_US
# A case manager who is nobody on the roster has no clients.
_NOBODY = -1


def open_page(
    desk: Desk, who: SignedIn, text: str, at_least: Severity | None, page: int
) -> CaseloadPage | Access:
    """Return a page of the caseload, and write down who saw which clients.

    Args:
        desk: The engine as pages see it.
        who: Who asks; a case manager sees their own clients alone.
        text: Part of a client's ref; empty for all.
        at_least: The least severity of an unresolved alert; None for all clients.
        page: The page, from 1; one beyond the last is empty.

    Returns:
        The page, or why the account must not see it.
    """
    now = desk.now()
    access = may(who.account.role, Ability.SEE_CASELOAD)
    if access is not Access.GRANTED:
        return access
    own = who.staff.id if who.staff else _NOBODY
    wanted = CaseloadFilter(
        now, text, at_least, None if sees_every_client(who.account.role) else own
    )
    with desk.database.read() as conn:
        at_risk, rows = _rows(conn, wanted, (page - 1) * ROWS)
        found = _clients(conn, rows[:ROWS], desk.rulebook().rules, now)
    if rows:
        shown = [row.client_id for row in rows[:ROWS]]
        viewing.record(desk, who, "caseload", "caseload", now, clients=shown)
    return CaseloadPage(tuple(found), at_risk, page, len(rows) > ROWS, now)


def _rows(conn: Connection, wanted: CaseloadFilter, start: int) -> tuple[int, list[CaseloadRow]]:
    """How many clients are at risk, and the rows of a page with one more, if there is one.

    Nothing counts all clients, so that a page costs the same at any size of the caseload.
    """
    at_risk = caseload_list.count_at_risk(conn, wanted)
    rows = caseload_list.at_risk(conn, wanted, start, ROWS + 1) if start < at_risk else []
    if len(rows) <= ROWS and wanted.at_least is None:
        rest = max(0, start - at_risk)
        rows += caseload_list.calm(conn, wanted, rest, ROWS + 1 - len(rows))
    return at_risk, rows


def title_of(rules: Mapping[str, Rule], rule_id: str) -> str:
    """Return what people call a rule; its id if it serves no more."""
    if rule_id == CLIENT_TEXT:
        return "A text from the client"
    if rule_id == SUPPORTER_TEXT:
        return "A text from a supporter"
    if rule_id == DRILL:
        return "A drill"
    return rules[rule_id].title if rule_id in rules else rule_id


def managers_of(conn: Connection, client_ids: Sequence[int], now: Instant) -> dict[int, list[str]]:
    """Return who each client's case managers are at `now`."""
    lasting = [
        one
        for one in staff.assignments_of(conn, client_ids)
        if one.role == "case_manager" and one.lasts(now)
    ]
    people = staff.some(conn, {one.staff_id for one in lasting}, ())
    found: dict[int, list[str]] = defaultdict(list)
    for one in lasting:
        found[one.client_id].append(people[one.staff_id].shown)
    return found


def _clients(
    conn: Connection, rows: Sequence[CaseloadRow], rules: Mapping[str, Rule], now: Instant
) -> list[CaseloadClient]:
    ids = [row.client_id for row in rows]
    alerts: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    for one in caseload_list.open_alerts(conn, ids):
        alerts[one.client_id].append((title_of(rules, one.rule_id), one.owner))
    cravings: dict[int, list[tuple[Instant, float]]] = defaultdict(list)
    for event in client_events.of_kind(conn, ids, ["check_in"], now - _CRAVING_US):
        craving = read_fields(event.fields).get("craving")
        if isinstance(craving, int | float) and event.occurred_at <= now:
            cravings[event.client_id].append((event.occurred_at, float(craving)))
    newest, managers = caseload_list.last_events(conn, ids, now), managers_of(conn, ids, now)
    return [
        CaseloadClient(
            row.ref,
            row.timezone,
            row.severity,
            row.since,
            tuple(alerts[row.client_id]),
            tuple(cravings[row.client_id]),
            newest.get(row.client_id),
            tuple(managers.get(row.client_id, ())),
        )
        for row in rows
    ]
