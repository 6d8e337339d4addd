"""What a person does about an alert in the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from engine.access.abilities import Ability
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.inbound import alert_actions
from engine.model.alert import Act
from engine.model.instant import Instant
from engine.model.staff import Staff
from engine.store.alerts import alert_records


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


def act(
    desk: Desk, who: SignedIn, alert_id: int, what: Act, *, takes_over: bool = False
) -> ActOutcome:
    """Do something about an alert.

    Of two people who take it at once, one has it, and the other hears who. With `takes_over` a
    supervisor takes it from the person who has it.
    """
    detail = desk.settings.sms.detail

    def do(conn: Connection, person: Staff, now: Instant) -> tuple[ActResult, str]:
        done = alert_actions.act(
            conn, alert_id, person, what, now, detail=detail, insists=takes_over
        )
        assert done is not None  # it was there, and alerts are never taken away
        alert_actions.record(conn, done, person, what, now, by="console")
        result = ActResult(done.outcome)
        if done.following is not None and done.following.role is None:
            result = ActResult.TO_ADMINS if done.following.admins else ActResult.LAST
        return result, done.by.shown if done.by else ""

    ability = Ability.TAKE_OVER if takes_over else Ability.ACT_ON_ALERT
    return _allowed(desk, who, ability, alert_id, do)


def undo(desk: Desk, who: SignedIn, alert_id: int) -> ActOutcome:
    """Take back the person's last act on an alert, within ten minutes."""

    def do(conn: Connection, person: Staff, now: Instant) -> tuple[ActResult, str]:
        undone = alert_actions.undo(conn, person, alert_id, now, desk.settings.sms.detail)
        if undone is None:
            return ActResult.NOTHING_TO_UNDO, ""
        alert_actions.record_undone(conn, undone, person, now)
        return ActResult.UNDONE, ""

    return _allowed(desk, who, Ability.ACT_ON_ALERT, alert_id, do)


def _allowed(
    desk: Desk,
    who: SignedIn,
    ability: Ability,
    alert_id: int,
    do: Callable[[Connection, Staff, Instant], tuple[ActResult, str]],
) -> ActOutcome:
    """Act if the account may, in the transaction in which that was decided."""
    now = desk.now()
    with desk.database.write() as conn:
        record = alert_records.record_of(conn, alert_id)
        if record is None:
            return ActOutcome(ActResult.UNKNOWN)
        client_id = record.listed.alert.client_id
        person = viewing.acts_as(conn, who, ability, client_id, now)
        if person is None:
            return ActOutcome(ActResult.REFUSED)
        result, owner = do(conn, person, now)
    return ActOutcome(result, record.listed.client_ref, owner)
