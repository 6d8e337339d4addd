"""Tell people of alerts that began long ago, in one text a person, and never one by one.

When a site goes live, or a client comes with years of history, rules hold that began long before.
Nobody is told of each. Each recipient hears once how many there are, and where the list is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.alerts.muting import muted_until
from engine.alerts.routing import take_turn
from engine.flows.escalation import operator_notices
from engine.flows.escalation.recipients import RecipientResolver, StaffDirectory
from engine.messaging.digest import of_history
from engine.messaging.listing import Named
from engine.model.audit_action import AuditAction
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import TOGETHER_US, MessageKind, NewMessage
from engine.model.rule import SEVERITIES
from engine.model.sms_settings import Detail
from engine.model.staff import Recipient, Role
from engine.store.alerts import alerts, historic, mutes
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.messages import outbox, reply_codes
from engine.store.operations import audit_log

ACTOR = "historic_digest"
# While clients are still evaluated for the first time, the text waits for the rest, but no longer.
_LONGEST_WAIT_US = HOUR_US
_VALID_US = 3 * DAY_US
_AT_ONCE = 2000
# More alerts than a person would read on a phone are not given codes.
_LISTED = 24


def run(database: Database, detail: Detail, now: Instant) -> int:
    """Tell each recipient of the open historic alerts that no text told of, at most once a day.

    Args:
        database: The database.
        detail: How much a text may say.
        now: The present instant.

    Returns:
        How many people are told.
    """
    with database.read() as conn:
        opened = historic.untold_since(conn)
        if opened is None or _may_grow(*opened, now) or not _plan(conn, now):
            return 0
    with database.write() as conn:
        plan = _plan(conn, now)
        for staff_id, theirs in plan.items():
            body = _body(conn, staff_id, theirs, detail, now)
            kind = MessageKind.HISTORIC
            message = NewMessage(
                None, 0, staff_id, kind, body, now, now, now + _VALID_US, sequence=now
            )
            outbox.enqueue(conn, message)
        told = sorted({one.alert.id for theirs in plan.values() for one in theirs})
        historic.set_told(conn, told, now)
        _record(conn, plan, now)
    return len(plan)


def _may_grow(oldest: Instant, newest: Instant, now: Instant) -> bool:
    """Return whether more such alerts are likely to open within the next minutes."""
    return now - newest < TOGETHER_US and now - oldest < _LONGEST_WAIT_US


def _plan(conn: Connection, now: Instant) -> Mapping[int, Sequence[Routed]]:
    """Return the alerts to tell of, by the staff id of the recipient.

    An alert waits while it is muted, and if one of its recipients had such a text within a day.
    """
    lasting = mutes.lasting(conn, now)
    had_one = historic.told_since(conn, now - DAY_US)
    untold = alerts.read_routed(conn, historic.untold(conn, _AT_ONCE))
    routed = [one for one in untold if muted_until(one.alert, lasting) is None]
    directory = StaffDirectory(conn, now, now + 1)
    directory.take(list({one.alert.client_id for one in routed}))
    reach = RecipientResolver(conn, now, directory)
    admins = [one.id for one in operator_notices.admins(conn, now)]
    plan: dict[int, list[Routed]] = defaultdict(list)
    for one in routed:
        recipients = _recipients(one, reach) or admins
        if had_one.isdisjoint(recipients):
            for staff_id in recipients:
                plan[staff_id].append(one)
    return plan


def _recipients(routed: Routed, reach: RecipientResolver) -> list[int]:
    """Return the staff, without mentors, whom the first step of an alert's policy reaches."""
    people: dict[Role, Sequence[Recipient]] = {
        role: ones
        for role, ones in reach.about(routed.alert.client_id).told.items()
        if role != "mentor"
    }
    turn = take_turn(routed.policy, 0, people, routed.alert.severity)
    return list(dict.fromkeys(recipient.staff.id for _, recipient in turn.told))


def _body(
    conn: Connection, staff_id: int, theirs: Sequence[Routed], detail: Detail, now: Instant
) -> str:
    clients = len({one.alert.client_id for one in theirs})
    if len(theirs) > _LISTED:
        return of_history([], clients)
    named = []
    for one in sorted(theirs, key=lambda one: SEVERITIES.index(one.alert.severity)):
        code = reply_codes.give(conn, staff_id, one.alert.id, now)
        ref = "" if detail == "none" else one.client_ref
        named.append(Named(code, ref, urgent=one.alert.severity == "urgent"))
    return of_history(named, clients)


def _record(conn: Connection, plan: Mapping[int, Sequence[Routed]], now: Instant) -> None:
    entries = [
        audit_log.Entry(
            ACTOR,
            AuditAction.TOLD,
            f"staff {staff_id}",
            {"alerts": sorted(one.alert.id for one in theirs)},
        )
        for staff_id, theirs in sorted(plan.items())
    ]
    audit_log.append(conn, entries, now)
