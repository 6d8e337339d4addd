"""Decide whether a person may act on a client's alerts now, and if not, why."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.flows.escalation.recipients import RecipientResolver
from engine.messaging.eligibility import NotifyDecision, may_act
from engine.model.instant import Instant
from engine.model.staff import RecipientFacts, Staff, SupporterFacts
from engine.store.people import staff


def decide(conn: Connection, who: Staff, client_id: int, now: Instant) -> NotifyDecision:
    """Read the facts about a person and decide whether they may act.

    Args:
        conn: A connection to read from.
        who: The member of staff or mentor.
        client_id: The client whom the alert is about.
        now: The present instant.

    Returns:
        The decision; for a mentor with the consent under which they may.
    """
    mentor = who.role == "mentor"
    consents = tuple(staff.consents_for(conn, client_id, who.id)) if mentor else ()
    here = _still_responsible(conn, who, client_id, now)
    supporter = SupporterFacts() if who.role == "supporter" else None
    facts = RecipientFacts(
        who, as_mentor=mentor, consents=consents, supporter=supporter, responsible=here
    )
    return may_act(facts, now)


def is_there(conn: Connection, who: Staff, client_id: int, now: Instant) -> bool:
    """Return whether the person who has an alert can be told of it, so that no other needs to be.

    Args:
        conn: A connection to read from.
        who: The person who has the alert.
        client_id: The client whom the alert is about.
        now: The present instant.
    """
    here = RecipientResolver(conn, now).decide(who).allowed
    return here and decide(conn, who, client_id, now).allowed


def _still_responsible(conn: Connection, who: Staff, client_id: int, now: Instant) -> bool:
    """Return whether a person is responsible for a client now; an ended assignment ends that.

    A person who was told without an assignment, because they were on call, may act after their
    shift.
    """
    theirs = [one for one in staff.assignments_of(conn, [client_id]) if one.staff_id == who.id]
    if not theirs or any(one.lasts(now) for one in theirs):
        return True
    return RecipientResolver(conn, now).responsible(client_id, who.id, None)
