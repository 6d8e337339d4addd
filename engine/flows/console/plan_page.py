"""A client's care plan: expectations with their outcomes, and excuses with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access
from engine.errors import UserError
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.schedules.care_plan import appointments, standing_lines
from engine.flows.schedules.change import change_schedule
from engine.model.instant import DAY_US, Instant
from engine.model.plan_page import ComingOccurrence, ExpectationShown, PlanFact, PlanPage
from engine.model.schedule import ChangeKind, ScheduleChange
from engine.rulebook.plans.plans import Schedule
from engine.store.people.roster import KnownClient
from engine.store.schedules import expectations

_BACK_US = 14 * DAY_US
_AHEAD_DAYS = 14


def open_page(desk: Desk, who: SignedIn, ref: str) -> PlanPage | Access | None:
    """Return a client's plan, and write down that the account saw it.

    Returns:
        The plan, or why the account must not see it; None if there is no such client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        page = _page(conn, desk, who, known, ref, now)
    viewing.record(desk, who, "plan", f"client {known.id}", now)
    return page


def excuse(
    desk: Desk, who: SignedIn, ref: str, typed: Mapping[str, str]
) -> PlanPage | Access | bool | None:
    """Excuse a client for a day of a schedule, also after it was missed.

    Args:
        desk: The engine as pages see it.
        who: Who excuses.
        ref: The client's ref.
        typed: The schedule, the day and the reason, as typed.

    Returns:
        True; the page with the mistake if there is one; or why the account must not. None without
        such a client or schedule.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    schedule = desk.rulebook().plans.schedules.get(typed.get("schedule", ""))
    try:
        with desk.database.write() as conn:
            if viewing.acts_as(conn, who, Ability.ENTER_EVENTS, known.id, now) is None:
                return Access.NOT_THEIR_ROLE
            if schedule is None:
                return None
            change = _change(schedule, typed, who, now)
            change_schedule(conn, ref, schedule, change, now)
    except UserError as error:
        with desk.database.read() as conn:
            page = _page(conn, desk, who, known, ref, now)
        return replace(page, typed=dict(typed), mistake=str(error))
    desk.wake("evaluate")
    return True


def _change(
    schedule: Schedule, typed: Mapping[str, str], who: SignedIn, now: Instant
) -> ScheduleChange:
    try:
        day = date.fromisoformat(typed.get("day", ""))
    except ValueError:
        raise UserError(f"'{typed.get('day', '')}' is not a day.") from None
    reason = typed.get("reason", "").strip()
    if not reason:
        raise UserError("An excuse needs a reason.")
    kind = ChangeKind.EXCUSED
    return ScheduleChange(0, schedule.id, kind, day, day, None, reason, who.actor, now)


def _page(
    conn: Connection, desk: Desk, who: SignedIn, known: KnownClient, ref: str, now: Instant
) -> PlanPage:
    schedules = desk.rulebook().plans.schedules
    due = expectations.of_clients(conn, [known.id], now - _BACK_US).get(known.id, ())
    live = {id_: one for id_, one in schedules.items() if one.status == "live"}
    _, ahead = appointments(conn, ref, live, now, _AHEAD_DAYS)
    listed = {(one.schedule_id, one.occurrence.day) for one in due}
    coming = [one for one in ahead if (one.schedule_id, one.day) not in listed]
    return PlanPage(
        ref,
        known.zones,
        now,
        tuple(
            PlanFact(one.what, one.due, one.outcome, one.why)
            for one in standing_lines(conn, ref, now)
        ),
        tuple(
            ExpectationShown(
                one.schedule_id, _title(schedules, one.schedule_id), one.occurrence.day,
                one.occurrence.due, one.outcome, one.reason, one.asked_at,
            )
            for one in reversed(due)
        ),
        tuple(ComingOccurrence(_title(schedules, one.schedule_id), one.due) for one in coming),
        viewing.may_act(who, Ability.ENTER_EVENTS),
        {},
        "",
    )  # fmt: skip


def _title(schedules: Mapping[str, Schedule], schedule_id: str) -> str:
    one = schedules.get(schedule_id)
    return (one.title if one else "") or schedule_id
