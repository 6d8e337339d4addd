"""One client's page: open alerts with their proof, the last weeks, and who looked."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.errors import UserError
from engine.flows.console import viewing
from engine.flows.console.caseload_page import managers_of, title_of
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.console.visits import visits
from engine.flows.operations import supporters
from engine.flows.operations.why import explain
from engine.model.console_pages import ClientPage, ConsoleAlert, PastAlert
from engine.model.instant import DAY_US, Instant
from engine.model.notify_reason import NotifyReason
from engine.model.rule import SEVERITIES
from engine.store.access import emergency
from engine.store.alerts import alert_records
from engine.store.alerts.alert_records import Listed
from engine.store.intake import client_events, histories
from engine.store.messages import seen_texts
from engine.store.operations import client_views
from engine.store.people import client_identifiers, client_merges, notes
from engine.store.people.roster import KnownClient

PERIODS = (14, 30, 60)  # days
_VIEWS, _NOTES = 200, 50
_STATES = ("open", "acknowledged", "snoozed", "resolved")


def open_page(desk: Desk, who: SignedIn, ref: str, days: int) -> ClientPage | Access | None:
    """Return a client's page, and write down that the account saw it.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        ref: The client's ref.
        days: How many days the timeline covers, one of PERIODS.

    Returns:
        The page, or why the account must not see it; None if there is no such client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        page = _page(conn, desk, who, known.id, days, now)
    viewing.record(desk, who, "client", f"client {known.id}", now)
    return page


def _page(
    conn: Connection, desk: Desk, who: SignedIn, client_id: int, days: int, now: Instant
) -> ClientPage:
    (client,) = histories.read_clients(conn, [client_id])
    listed = alert_records.listed(conn, _STATES, client.ref)
    told = [one for one in listed if not one.alert.shadow]
    start = now - days * DAY_US
    discharges = [at for at, entry, _ in client.record if entry == "discharged" and at <= now]
    rules = desk.rulebook().rules
    merged_into, merged = client_merges.refs_of_same(conn, client_id)
    sees_views = may(who.account.role, Ability.SEE_VIEWS) is Access.GRANTED
    return ClientPage(
        ref=client.ref,
        zones=client.zones,
        start=start,
        now=now,
        discharged=discharges[-1] if discharges else None,
        case_managers=tuple(managers_of(conn, [client_id], now).get(client_id, ())),
        may_act=viewing.may_act(who, Ability.ACT_ON_ALERT),
        may_take_over=viewing.may_act(who, Ability.TAKE_OVER),
        alerts=tuple(
            ConsoleAlert(
                explain(conn, one.alert.id, desk.settings.kinds, now),
                who.staff is not None and one.owner_ref == who.staff.ref,
            )
            for one in sorted(filter(_is_open, told), key=_gravest_first)
        ),
        past=tuple(
            PastAlert(
                title_of(rules, one.alert.rule_id),
                one.alert.severity,
                one.alert.began,
                one.alert.ended,
            )
            for one in told
            if one.alert.ended is None or one.alert.ended > start
        ),
        rules=tuple((rule.id, rule.title or rule.id) for rule in rules.values()),
        events=tuple(client_events.in_period(conn, client_id, start, now)),
        unseen=seen_texts.unseen_of(conn, client_id),
        notes=tuple(notes.of_client(conn, client_id, _NOTES)),
        views=tuple(visits(client_views.of_client(conn, client_id, _VIEWS)))
        if sees_views
        else None,
        emergency_until=emergency.ends(conn, who.account.id, client_id, now),
        merged_into=merged_into,
        merged=merged,
        supporters=tuple(supporters.listed(conn, client.ref, now)),
        identifiers=tuple(client_identifiers.of_clients(conn, [client_id]).get(client_id, ())),
    )


def _is_open(one: Listed) -> bool:
    return one.alert.state != "resolved"


def _gravest_first(one: Listed) -> tuple[int, Instant]:
    return SEVERITIES.index(one.alert.severity), one.alert.opened_at


def ask_supporter(
    desk: Desk, who: SignedIn, ref: str, supporter: str
) -> NotifyReason | Access | None:
    """Ask a supporter of a client to call.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        ref: The client's ref.
        supporter: The supporter's ref.

    Returns:
        `ALLOWED`, or why nothing goes out; why the account must not. None if there is no such
        client or supporter.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        person = viewing.acts_as(conn, who, Ability.ANSWER_CLIENT, known.id, now)
        if person is None:
            return Access.NOT_THEIR_ROLE
        try:
            reason = supporters.ask_to_call(conn, ref, supporter, person.ref, now)
        except UserError:
            return None
    desk.wake("deliver")
    return reason
