"""What an absence would move, found by entering it in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from engine.alerts.routing import next_step_at, take_turn
from engine.calendar.quiet_hours import earliest_send
from engine.flows.console.caseload_page import title_of
from engine.flows.console.desk import Desk
from engine.flows.escalation import departures
from engine.flows.escalation.recipients import RecipientResolver
from engine.model.absence_page import MovedAlert, StepAhead
from engine.model.instant import Instant
from engine.store.alerts import alerts, supervision
from engine.store.alerts.alerts import Routed

_MOST = 200  # open alerts that are looked at, the gravest and oldest first


def moved_by(desk: Desk, enter: Callable[[Connection], object], at: Instant) -> list[MovedAlert]:
    """Return the alerts that an absence moves, as if it began while they are as they are now.

    Args:
        desk: The engine as pages see it.
        enter: Enters the absence.
        at: When it begins, or now if that is later.

    Raises:
        UserError: The absence cannot be entered.
    """
    with desk.database.write(durable=False) as conn, conn.begin_nested() as trial:
        open_ids = supervision.untaken(conn, _MOST)
        before = {one.alert.id: one for one in alerts.read_routed(conn, open_ids)}
        ahead = {id_: _ahead(conn, one, at)[:1] for id_, one in before.items()}
        gone_already = {one.alert_id for one in departures.known_to_nobody(conn, at)}
        enter(conn)
        departed = [
            one for one in departures.known_to_nobody(conn, at) if one.alert_id not in gone_already
        ]
        departures.take_again_in(conn, departed, at)
        found = []
        for one in alerts.read_routed(conn, open_ids):
            replaced = one.policy != before[one.alert.id].policy
            after = _ahead(conn, one, at)[: 2 if replaced else 1]
            if after != ahead[one.alert.id]:
                found.append(_moved(desk, one, ahead[one.alert.id], after))
        taken = [one.alert_id for one in departed if one.state != "open"]
        found += [
            _moved(desk, one, (), (), reminded=True) for one in alerts.read_routed(conn, taken)
        ]
        trial.rollback()
    return found


def _ahead(conn: Connection, one: Routed, at: Instant) -> tuple[StepAhead, ...]:
    """Return the next step of an alert and the one after it, by who can be told at `at`."""
    if one.next_step_at is None:
        return ()
    told = RecipientResolver(conn, at).about(one.alert.client_id).told
    urgent = one.alert.severity == "urgent"
    found: list[StepAhead] = []
    step, due = one.step, max(one.next_step_at, at)
    while len(found) < 2:
        turn = take_turn(one.policy, step, told, one.alert.severity)
        people = [recipient.staff for _, recipient in turn.told]
        found.append(StepAhead(tuple(dict.fromkeys(each.shown for each in people)), due))
        reachable = [earliest_send(due, each, urgent=urgent) for each in people] or [due]
        later = next_step_at(turn.after, reachable)
        if later is None:
            break
        step, due = turn.step, later
    return tuple(found)


def _moved(
    desk: Desk,
    one: Routed,
    before: Sequence[StepAhead],
    after: tuple[StepAhead, ...],
    *,
    reminded: bool = False,
) -> MovedAlert:
    alert = one.alert
    return MovedAlert(
        alert.client_id, one.client_ref, title_of(desk.rulebook().rules, alert.rule_id),
        alert.severity, before[0] if before else None, after, reminded,
    )  # fmt: skip
