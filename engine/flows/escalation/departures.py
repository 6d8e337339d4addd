"""Departures: if all people who were told of an alert are gone, its step is taken again at once."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.alerts.muting import muted_until
from engine.alerts.routing import (
    ends_in_nobody,
    step_for_those_left,
    take_turn,
    taken_again,
)
from engine.calendar.quiet_hours import earliest_send
from engine.flows.escalation import operator_notices
from engine.flows.escalation.recipients import ClientRecipients, RecipientResolver, StaffDirectory
from engine.model.instant import Instant
from engine.store.alerts import alerts, mutes, reminders, told_staff
from engine.store.alerts.alerts import Routed
from engine.store.alerts.told_staff import ToldStaff
from engine.store.database.connection import Database


def known_to_nobody(conn: Connection, now: Instant) -> list[ToldStaff]:
    """Return the alerts whose recipients are all gone at `now`, until others are told.

    If nobody is there at all, the admins hear of it once.
    """
    doubted = told_staff.maybe_gone(conn, now)
    if not doubted:
        return []
    directory = StaffDirectory(conn, now, now + 1)
    directory.take(sorted({one.client_id for one in doubted}))
    resolver = directory.at(now)
    return [one for one in doubted if _is_known_to_nobody(one, resolver.about(one.client_id))]


def take_again(database: Database, departed: list[ToldStaff], now: Instant) -> None:
    """Make due at `now` the last steps of these alerts, and the reminders of taken ones."""
    with database.write() as conn:
        take_again_in(conn, departed, now)


def take_again_in(conn: Connection, departed: list[ToldStaff], now: Instant) -> None:
    """Do what `take_again` does, in a transaction that writes."""
    resolver, admins = RecipientResolver(conn, now), operator_notices.admins(conn, now)
    lasting = mutes.lasting(conn, now)
    for one in departed:
        reached = resolver.about(one.client_id)
        first = _first_step(one, reached)
        if first is None and not admins:
            continue
        for routed in alerts.routed(conn, [one.alert_id]):
            muted = muted_until(routed.alert, lasting) is not None
            if routed.alert.state != one.state or muted:
                continue
            if one.state == "open":
                _take_again(conn, routed, first, reached, now)
            else:
                reminders.remind_at_once(conn, one.alert_id)


def tell_the_untold(conn: Connection, now: Instant) -> None:
    """Begin again the policies of open alerts without a recipient, if they reach people now."""
    resolver = RecipientResolver(conn, now)
    for routed in alerts.routed(conn, alerts.adrift(conn)):
        reached = resolver.about(routed.alert.client_id)
        first = step_for_those_left(routed.policy, 0, reached.told, routed.alert.severity)
        if first is not None:
            _take_again(conn, routed, first, reached, now)


def _is_known_to_nobody(one: ToldStaff, reached: ClientRecipients) -> bool:
    at_hand = {recipient.staff.id for those in reached.told.values() for recipient in those}
    if one.state == "open":
        known = not at_hand.isdisjoint(one.steps.keys() - one.moved)
    else:
        known = one.owner_id in at_hand or not at_hand.isdisjoint(one.since)
    settled = one.admins_know or ends_in_nobody(one.policy, one.severity)
    return not known and (not settled or _first_step(one, reached) is not None)


def _first_step(one: ToldStaff, reached: ClientRecipients) -> int | None:
    # Admins and owners may have been told by no step of the policy.
    last = max(0, min(max(one.steps.values()), len(one.policy) - 1))
    return step_for_those_left(one.policy, last, reached.told, one.severity)


def _take_again(
    conn: Connection, routed: Routed, first: int | None, reached: ClientRecipients, now: Instant
) -> None:
    alert = routed.alert
    if first is None:  # the next step reaches nobody, and the admins hear of it
        alerts.set_next_step(conn, alert.id, now, now)
        return
    turn = take_turn(routed.policy, first, reached.told, alert.severity)
    urgent = alert.severity == "urgent"
    reachable = min(earliest_send(now, one.staff, urgent=urgent) for _, one in turn.told)
    left = None if routed.next_step_at is None else routed.next_step_at - reachable
    # The steps are numbered on, so that a new text is never mistaken for an old one.
    policy, step = taken_again(routed.policy, routed.step, first, turn, left)
    alerts.set_route(conn, alert.id, policy, step, now, now)
