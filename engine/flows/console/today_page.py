"""What a supervisor looks after: untaken alerts, old ones, unseen texts, unreachable people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console import rule_release, viewing
from engine.flows.console.caseload_page import title_of
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.escalation.recipients import RecipientResolver
from engine.model.instant import Instant
from engine.model.notify_reason import NotifyReason
from engine.model.rule import Rule
from engine.model.staff import Staff
from engine.model.today import AlertInHand, TodayPage, UnreachablePerson, UnseenTexts
from engine.store.access import emergency
from engine.store.alerts import alerts, supervision
from engine.store.alerts.alerts import Routed
from engine.store.people import staff

MOST = 100  # rows of a list
_ALLOWED = NotifyReason.ALLOWED


def open_page(desk: Desk, who: SignedIn) -> TodayPage | Access:
    """Return the lists, and write down which clients the account saw in them."""
    now = desk.now()
    access = may(who.account.role, Ability.SEE_TODAY)
    if access is not Access.GRANTED:
        return access
    rules = desk.rulebook().rules
    with desk.database.read() as conn:
        people = staff.everybody(conn)
        untaken = supervision.untaken(conn, MOST + 1)
        taken = supervision.taken(conn, MOST + 1)
        unseen = supervision.unseen(conn, MOST + 1)
        shown = alerts.read_routed(conn, [*untaken[:MOST], *taken[:MOST]])
        by_id = {one.alert.id: one for one in shown}
        since = supervision.taken_at(conn, taken[:MOST])
        page = TodayPage(
            now,
            desk.settings.timezone,
            tuple(_alert(by_id[id_], rules, people, since) for id_ in untaken[:MOST]),
            tuple(_alert(by_id[id_], rules, people, since) for id_ in taken[:MOST]),
            tuple(UnseenTexts(*row[1:]) for row in unseen[:MOST]),
            tuple(_unreachable(conn, list(people.values()), now)),
            max(len(untaken), len(taken), len(unseen)) > MOST,
            tuple(rule_release.waiting(conn, desk, who)),
            tuple(emergency.unreviewed(conn, now)),
        )
    clients = {one.alert.client_id for one in shown} | {row[0] for row in unseen[:MOST]}
    if clients:
        viewing.record(desk, who, "today", "today", now, clients=sorted(clients))
    return page


def _alert(
    one: Routed,
    rules: Mapping[str, Rule],
    people: Mapping[int, Staff],
    taken_at: Mapping[int, Instant],
) -> AlertInHand:
    alert = one.alert
    climbs = one.next_step_at is not None and one.step < len(one.policy)
    return AlertInHand(
        alert.id,
        one.client_ref,
        title_of(rules, alert.rule_id),
        alert.severity,
        alert.opened_at,
        one.step,
        len(one.policy),
        one.policy[one.step].to if climbs else None,
        one.next_step_at if climbs else None,
        people[one.owner_id].shown if one.owner_id is not None else None,
        taken_at.get(alert.id),
    )


def _unreachable(
    conn: Connection, people: Sequence[Staff], now: Instant
) -> list[UnreachablePerson]:
    reach = RecipientResolver(conn, now)
    reasons = {one.id: reach.decide(one).reason for one in people if one.active and one.works_here}
    cut_off = [one for one in people if reasons.get(one.id, _ALLOWED) is not _ALLOWED]
    held = supervision.clients_of_staff(conn, [one.id for one in cut_off], now)
    found = []
    for one in cut_off:
        absent = reasons[one.id] is NotifyReason.ABSENT
        stand_in = reach.stand_in(one.id) if absent else None
        name = stand_in.shown if stand_in else None
        found.append(
            UnreachablePerson(one.shown, one.role, reasons[one.id], held.get(one.id, 0), name)
        )
    return found
