"""What a person does about an alert in the console."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.access.abilities import Ability, Access
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.inbound import acting, alert_actions
from engine.model.alert import Act
from engine.store.alerts import alert_records
from engine.store.database.connection import Database


class ActResult(StrEnum):
    """What became of a button; TAKEN and those after it changed nothing."""

    COUNTED = "counted"
    LAST = "last"  # it was passed on, and nobody comes after the person
    TO_ADMINS = "to admins"  # likewise, and the admins are told
    UNDONE = "undone"
    TAKEN = "taken"  # another person has the alert
    YOURS = "yours"  # the person has it already
    CLOSED = "closed"
    NOTHING_TO_UNDO = "nothing to undo"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What became of a button, whose alert it is about, and who has it if another person does."""

    result: ActResult
    client_ref: str = ""
    owner: str = ""


def act(desk: Desk, who: SignedIn, alert_id: int, what: Act) -> ActOutcome:
    """Do something about an alert.

    Of two people who take it at once, one has it, and the other hears who.
    """
    now = desk.now()
    client, refused = _client(desk, who, alert_id)
    if refused is not None or client is None or who.staff is None:
        return ActOutcome(refused or ActResult.REFUSED, client or "")
    with desk.database.write() as conn:
        done = alert_actions.act(
            conn, alert_id, who.staff, what, now, detail=desk.settings.sms.detail
        )
        assert done is not None  # it was there, and alerts are never taken away
        alert_actions.record(conn, done, who.staff, what, now, by="console")
    result = ActResult(done.outcome)
    if done.following is not None and done.following.role is None:
        result = ActResult.TO_ADMINS if done.following.admins else ActResult.LAST
    return ActOutcome(result, client, done.by.shown if done.by else "")


def undo(desk: Desk, who: SignedIn, alert_id: int) -> ActOutcome:
    """Take back the person's last act on an alert, within ten minutes."""
    now = desk.now()
    client, refused = _client(desk, who, alert_id)
    if refused is not None or client is None or who.staff is None:
        return ActOutcome(refused or ActResult.REFUSED, client or "")
    with desk.database.write() as conn:
        undone = alert_actions.undo(conn, who.staff, alert_id, now, desk.settings.sms.detail)
        if undone is None:
            return ActOutcome(ActResult.NOTHING_TO_UNDO, client)
        alert_actions.record_undone(conn, undone, who.staff, now)
    return ActOutcome(ActResult.UNDONE, client)


def _client(desk: Desk, who: SignedIn, alert_id: int) -> tuple[str | None, ActResult | None]:
    """Return the client whom an alert is about, and why the account must not act, if so."""
    now = desk.now()
    listed = _listed(desk.database, alert_id)
    if listed is None:
        return None, ActResult.UNKNOWN
    client_id = listed.alert.client_id
    if viewing.decide(desk, who, Ability.ACT_ON_ALERT, client_id, now) is not Access.GRANTED:
        return listed.client_ref, ActResult.REFUSED
    if who.staff is None:
        return listed.client_ref, ActResult.REFUSED
    with desk.database.read() as conn:
        allowed = acting.decide(conn, who.staff, client_id, now).allowed
    return listed.client_ref, None if allowed else ActResult.REFUSED


def _listed(database: Database, alert_id: int) -> alert_records.Listed | None:
    with database.read() as conn:
        record = alert_records.record_of(conn, alert_id)
    return record.listed if record else None
