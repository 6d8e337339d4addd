"""Escalate: alerts whose next step is due go to whom that step reaches, or to the admins where it reaches nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from engine.alerts.lifecycle import move
from engine.alerts.routing import Turn, take_turn
from engine.flows.escalation.batch_fallback import together_or_apart
from engine.flows.escalation.recipients import NOBODY, ClientRecipients, RecipientResolver
from engine.messaging.digest import of_client
from engine.messaging.operator_texts import reaches_nobody
from engine.messaging.wording import to_mentor, to_staff
from engine.model.alert import CLIENT_TEXT
from engine.model.duration import Duration
from engine.model.instant import DAY_US, MINUTE_US, Instant
from engine.model.message import NEWLY, REACHES_NOBODY, SNOOZE_OVER, STEP, TOGETHER_US, NewMessage
from engine.model.rule import SEVERITIES, Rule
from engine.model.sms_settings import Detail
from engine.model.staff import Recipient, SkippedRecipient
from engine.store.alerts import alerts, skipped_recipients
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.messages import grouping, outbox, reply_codes
from engine.store.messages.grouping import Enqueued
from engine.store.operations import audit_log
from engine.store.people import staff

ACTOR = "escalate"
ALONE = "a mentor is never told alone of what is urgent"
# A text older than this asks for something that somebody else has long been told of.
VALID_US = DAY_US

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step taken for an alert: the ids of the staff who are told, and the roles that reached nobody."""

    alert_id: int
    step: int
    staff: tuple[int, ...]
    passed_over: tuple[str, ...]


def run(
    database: Database, rules: Mapping[str, Rule], detail: Detail, now: Instant, limit: int = 200
) -> int:
    """Take up to `limit` steps that are due at `now`; how many were taken. Each is committed with its messages."""

    def take(only: int | None) -> int:
        with database.write() as conn:
            reach = RecipientResolver(conn, now)
            for routed in alerts.woken(conn, now, limit, only):
                _wake(conn, routed, reach, rules, detail, now)
            told = take_steps(
                conn, alerts.with_due_step(conn, now, limit, only), rules, detail, now
            )
            record(conn, told, now)
        return len(told)

    def due() -> list[int]:
        with database.read() as conn:
            return alerts.due(conn, now, limit)

    return together_or_apart(take, due)


def take_steps(
    conn: Connection,
    due: Sequence[Routed],
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
    newly: Collection[int] = (),
) -> list[TakenStep]:
    """Put the messages of each alert's next step into the outbox and set when the one after it comes.

    What tells one recipient of several alerts about one client becomes one text. `newly` are alerts that a newly
    accepted rule set found; texts about them wait a little for each other.

    `record` is left to the caller, for the audit trail comes last in a transaction.
    """
    reach = RecipientResolver(conn, now)
    told = [
        _take_step(
            conn, each, reach.about(each.alert.client_id), rules, detail, now, _reason(each, newly)
        )
        for each in due
    ]
    _bundle(conn, due, rules, detail, now)
    return told


def record(
    conn: Connection, told: Sequence[TakenStep], now: Instant, also: Sequence[audit_log.Entry] = ()
) -> None:
    """Write into the audit trail what else was done, and then the steps taken."""
    audit_log.append(conn, [*also, *(_entry(one) for one in told)], now)


def _entry(told: TakenStep) -> audit_log.Entry:
    detail = {"step": told.step, "staff": told.staff, "passed_over": told.passed_over}
    return audit_log.Entry(
        ACTOR, "told" if told.staff else "reaches nobody", f"alert {told.alert_id}", detail
    )


def _reason(routed: Routed, newly: Collection[int]) -> str:
    return NEWLY if routed.alert.id in newly else STEP


def _take_step(
    conn: Connection,
    routed: Routed,
    reached: ClientRecipients,
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
    reason: str,
) -> TakenStep:
    alert = routed.alert
    turn = take_turn(routed.policy, routed.step, reached.told, alert.severity)
    skipped_recipients.add(conn, alert.id, _left_out(routed, turn, reached), now)
    for step, recipient in turn.told:
        tell(conn, routed, step, recipient, reason, rules, detail, now)
    if not turn.told:
        tell_admins(conn, routed, now)
    next_step_at = None if turn.after is None else now + turn.after
    alerts.set_route(conn, alert.id, routed.policy, turn.step, next_step_at, told_at=now)
    return _told(routed, turn)


def _left_out(routed: Routed, turn: Turn, reached: ClientRecipients) -> list[SkippedRecipient]:
    """Who would have been told by the steps that were looked at, and why each of them is not."""
    steps = {*turn.passed_over, *(step for step, _ in turn.told)}
    roles = {routed.policy[step].to for step in steps}
    found = [one for one in reached.left_out if one.role in roles]
    found += [
        SkippedRecipient(role, None, NOBODY)
        for role in sorted(roles - reached.told.keys() - {one.role for one in found})
    ]
    if not turn.told and reached.told.keys() & roles == {"mentor"}:
        found += [SkippedRecipient("mentor", one.staff.id, ALONE) for one in reached.told["mentor"]]
    return found


def _wake(
    conn: Connection,
    routed: Routed,
    reach: RecipientResolver,
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
) -> None:
    """Open a snoozed alert again: whoever let it wait is asked once more, and after them comes the next step."""
    alert = routed.alert
    awake = move(alert, "open", "snooze_over")
    alerts.change(conn, alert, awake, at=now, actor=ACTOR, why="snooze_over")
    sleeper = reach.about(alert.client_id).by_id.get(routed.owner_id or 0)
    wait = 0
    if sleeper is not None:
        tell(
            conn,
            routed,
            max(0, routed.step - 1),
            sleeper,
            f"{SNOOZE_OVER} {now}",
            rules,
            detail,
            now,
        )
        wait = _until_next(routed)
    alerts.set_next_step(conn, alert.id, now + wait)


def _until_next(routed: Routed) -> Duration:
    """As long as the policy gives whoever was told last; half an hour where nobody comes after them."""
    if 0 < routed.step < len(routed.policy):
        return max(0, routed.policy[routed.step].after - routed.policy[routed.step - 1].after)
    return 30 * MINUTE_US


def _bundle(
    conn: Connection, due: Sequence[Routed], rules: Mapping[str, Rule], detail: Detail, now: Instant
) -> None:
    """Let the texts to one recipient about alerts of one client be one, which the most severe of them carries."""
    by_id = {routed.alert.id: routed for routed in due}
    per_client = Counter(routed.alert.client_id for routed in due)
    shared = [alert_id for alert_id, each in by_id.items() if per_client[each.alert.client_id] > 1]
    if not shared:
        return
    texts: dict[tuple[int, int], list[Enqueued]] = defaultdict(list)
    for one in grouping.enqueued(conn, shared, now):
        texts[one.staff_id, by_id[one.alert_id].alert.client_id].append(one)
    for (staff_id, _), found in texts.items():
        if len(found) > 1:
            first = min(
                found,
                key=lambda one: (SEVERITIES.index(by_id[one.alert_id].alert.severity), one.id),
            )
            about = [by_id[one.alert_id] for one in found]
            named = [
                (reply_codes.give(conn, staff_id, each.alert.id, now), _words(each, rules))
                for each in about
            ]
            body = first.body if first.to_mentor else of_client(about[0].client_ref, named, detail)
            grouping.carry(conn, first.id, [one.id for one in found if one is not first], body)


def tell(
    conn: Connection,
    routed: Routed,
    step: int,
    recipient: Recipient,
    reason: str,
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
) -> None:
    """Put the text about an alert to one recipient into the outbox."""
    code = reply_codes.give(conn, recipient.staff.id, routed.alert.id, now)
    body = _body(routed, recipient, code, rules, detail)
    message = _message(routed, step, recipient.staff.id, reason, body, now)
    outbox.enqueue(conn, replace(message, to_mentor=recipient.alias is not None))


def _told(routed: Routed, turn: Turn) -> TakenStep:
    return TakenStep(
        routed.alert.id,
        max((step for step, _ in turn.told), default=routed.step),
        tuple(recipient.staff.id for _, recipient in turn.told),
        tuple(routed.policy[step].to for step in turn.passed_over),
    )


def _body(
    routed: Routed, recipient: Recipient, code: int, rules: Mapping[str, Rule], detail: Detail
) -> str:
    if recipient.alias is not None:
        return to_mentor(recipient.alias, code)
    return to_staff(routed.client_ref, _words(routed, rules), code, detail)


def _words(routed: Routed, rules: Mapping[str, Rule]) -> str:
    rule = rules.get(routed.alert.rule_id)
    reason = "sent a text" if routed.alert.rule_id == CLIENT_TEXT else rule.reason if rule else ""
    return ", ".join(filter(None, [reason, "over now" if routed.alert.ended is not None else ""]))


def tell_admins(
    conn: Connection, routed: Routed, now: Instant, reminder: int | None = None
) -> None:
    """Tell the admins, once for each step and each `reminder` by its number, that an alert reaches nobody."""
    alert_id = routed.alert.id
    admins = staff.admins(conn)
    _log.error("alert reaches nobody", alert=alert_id, step=routed.step, admins=len(admins))
    for admin in admins:
        code = reply_codes.give(conn, admin.id, alert_id, now)
        body = reaches_nobody(alert_id, code)
        reason = REACHES_NOBODY if reminder is None else f"{REACHES_NOBODY} {reminder}"
        outbox.enqueue(conn, _message(routed, routed.step, admin.id, reason, body, now))


def _message(
    routed: Routed, step: int, staff_id: int, reason: str, body: str, now: Instant
) -> NewMessage:
    due_at = now + (TOGETHER_US if reason == NEWLY else 0)
    return NewMessage(
        routed.alert.id, step, staff_id, reason, body, now, due_at, expires_at=now + VALID_US
    )
