"""Goals: a person records one, and one whose day is over without being met becomes an event.

It runs under the claims of an evaluation, as expectations do. Late data take such an event back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.calendar.goals import PACKAGE, GoalEvent, UnmetGoal, package_goal, unmet_goals
from engine.errors import UserError
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.event import NewEvent, read_fields, write_fields
from engine.model.goal import GoalStatus
from engine.model.instant import Instant
from engine.model.schedule import GOALS, SOURCE
from engine.store.alerts import due_clients
from engine.store.alerts.due_clients import Claim
from engine.store.intake import events
from engine.store.intake.histories import TimedEvent
from engine.store.operations import audit_log
from engine.store.people import named_clients
from engine.store.schedules import goals

LONGEST_GOAL = 40
_ORIGIN = "goals:1"


@dataclass(frozen=True, slots=True)
class GoalDecisions:
    """Which goals of claimed clients were not met on their day.

    Attributes:
        look_at: When each client's next day of a goal is over, by id; clients without one are left
            out.
        new: The events that say so and are not stored yet.
        gone: The keys of stored ones that are no longer true, with the origin of their withdrawal.
    """

    look_at: Mapping[int, Instant]
    new: Sequence[NewEvent]
    gone: Mapping[str, str | None]


def decide_goals(conn: Connection, clients: Sequence[Client], now: Instant) -> GoalDecisions:
    """Decide which goals of claimed clients were not met on their day."""
    said = goals.of_clients(conn, [client.id for client in clients])
    look_at: dict[int, Instant] = {}
    new: list[NewEvent] = []
    gone: dict[str, str | None] = {}
    for client in clients:
        found = said.get(client.id, ())
        if not found and all(one.entry != PACKAGE for one in client.record):
            continue
        unmet, again = unmet_goals(goals_of(client, found, now), client.zones, now)
        if again is not None:
            look_at[client.id] = again
        wanted = {_key(client, one): one for one in unmet}
        stored = {one.key for one in found if one.source == SOURCE}
        new += [_event(client, key, one) for key, one in wanted.items() if key not in stored]
        gone |= dict.fromkeys(stored - wanted.keys(), _ORIGIN)
    return GoalDecisions(look_at, new, gone)


def write_goals(
    conn: Connection, claims: Sequence[Claim], decided: GoalDecisions, now: Instant
) -> None:
    """Write what was decided, if all claims are still held."""
    if len(due_clients.held(conn, claims)) == len(claims):
        events.add(conn, decided.new, now)
        events.withdraw(conn, SOURCE, decided.gone, now)


def goals_of(client: Client, found: Iterable[TimedEvent], now: Instant) -> list[GoalEvent]:
    """Return what sources, people and the package say of a client's goals, by instant."""
    own = package_goal(client.record, client.zones, now)
    return sorted([*([own] if own else []), *told(found)], key=lambda one: one.at)


def told(found: Iterable[TimedEvent]) -> list[GoalEvent]:
    """Return what sources and people said of goals, without Handrail's own events."""
    said = []
    for event in found:
        fields = read_fields(event.fields)
        goal, status, due = (fields.get(name) for name in ("goal", "status", "due"))
        if event.source != SOURCE and goal and status in set(GoalStatus):
            said.append(
                GoalEvent(event.at, str(goal), GoalStatus(str(status)), str(due) if due else None)
            )
    return said


def record_goal(
    conn: Connection, ref: str, goal: str, status: GoalStatus, due: str | None, now: Instant
) -> None:
    """Record what a client's goal has come to.

    Args:
        conn: A connection in a transaction that writes.
        ref: The client's.
        goal: The goal, in a few words.
        status: What it has come to.
        due: The day by which it is to be met, such as 2027-03-01; None to leave that as it is.
        now: The present instant.

    Raises:
        UserError: There is no such client, the words are too many, or a goal that was never set
            has come to something.
    """
    client = named_clients.read(conn, ref)
    if not 0 < len(goal.strip()) <= LONGEST_GOAL:
        raise UserError(f"A goal has 1 to {LONGEST_GOAL} characters.")
    said = goals_of(client, goals.of_clients(conn, [client.id])[client.id], now)
    known = {one.goal.casefold() for one in said}
    if status is not GoalStatus.SET and goal.strip().casefold() not in known:
        raise UserError(f"{ref} has no goal '{goal}'; without --status it is set.")
    fields = {"goal": goal.strip(), "status": str(status)} | ({"due": due} if due else {})
    event = NewEvent(
        client.id, goals.KIND, now, GOALS, f"{client.id} {now}", write_fields(fields), None,
        "terminal:1",
    )  # fmt: skip
    due_clients.mark_dirty(conn, events.add(conn, [event], now).earliest)
    audit_log.record(
        conn,
        at=now,
        actor="terminal",
        action=AuditAction.GOAL_RECORDED,
        subject=f"client {client.id}",
        detail={"status": str(status), "due": due},
    )


def _key(client: Client, one: UnmetGoal) -> str:
    return f"goal {client.id} {one.due.isoformat()} {one.goal}"[:100]


def _event(client: Client, key: str, one: UnmetGoal) -> NewEvent:
    fields = {"goal": one.goal, "status": str(GoalStatus.UNMET), "due": one.due.isoformat()}
    return NewEvent(client.id, goals.KIND, one.at, SOURCE, key, write_fields(fields), None, _ORIGIN)
