"""The promises that hold whatever breaks, checked during a run and at its end.

The checks query the tables themselves.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, or_, select

from connectors.twilio_simulator.texts import CarrierMessage
from engine.flows.operations import watchdog as auditing
from engine.model.audit_action import AuditAction
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.operations import audit_log as trail
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.intake import events
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import staff
from tests.kit.times import DAY, HOUR
from tests.kit.twilio_site import TwilioSite

_UNDECIDED = ("queued", "claimed", "unknown")
_TOLD = ("sent", "delivered")
_STEPS = (MessageKind.STEP, MessageKind.NEWLY)
_AT_THE_END = 1_000  # a step that no policy has


@dataclass(frozen=True, slots=True)
class _Turn:
    """A step that was taken; `at_rest` if all whom it told have quiet hours."""

    at: int
    step: int
    at_rest: bool

    def reached_at(self, urgent: bool) -> int:
        """When its recipients could be reached: all quiet hours here are 22:00 to 07:00 in UTC."""
        of_day = self.at % DAY
        if urgent or not self.at_rest or 7 * HOUR <= of_day < 22 * HOUR:
            return self.at
        return self.at - of_day + (7 * HOUR if of_day < 7 * HOUR else 31 * HOUR)


class Promises:
    """Watches a site; `told` counts the texts that a phone got by outbox row."""

    def __init__(self, site: TwilioSite, database: Database) -> None:
        self.told: Counter[int] = Counter()
        self.messages = 0
        self.alerts = 0
        self._site = site
        self._database = database
        self._evaluated: list[int] = []
        self._seen: set[str] = set()
        self._broken: list[str] = []

    def kept(self, text: CarrierMessage) -> None:
        """Twilio took a message, or something became of it."""
        if text.sid in self._seen or text.direction != "outbound-api":
            return
        self._seen.add(text.sid)
        self.messages += 1
        (message_id,) = map(int, parse_qs(urlsplit(text.callback or "?message=0").query)["message"])
        columns = [outbox.c[name] for name in ("id", "state", "kind", "bundle_id")]
        wanted = select(*columns, alerts.c.state.label("alert_state")).outerjoin(
            alerts, alerts.c.id == outbox.c.alert_id
        )
        with self._database.read() as conn:
            rows = conn.execute(
                wanted.where(or_(outbox.c.id == message_id, outbox.c.bundle_id == message_id))
            ).all()
        for row in rows:
            if row.id != message_id and row.state != "queued":
                continue
            self.told[row.id] += 1
            if self.told[row.id] > 1:
                self._broken.append(f"message {row.id} went out {self.told[row.id]} times")
            if row.id == message_id and row.kind in _STEPS and row.alert_state != "open":
                self._broken.append(
                    f"message {row.id} went out though its alert was {row.alert_state}"
                )

    def evaluated(self, now: int) -> None:
        """A step of evaluation was completed, so it must have taken every due client."""
        self._evaluated.append(now)
        late = select(alerts.c.id).where(
            alerts.c.state == "open",
            ~alerts.c.shadow,
            alerts.c.inhibited_by.is_(None),
            alerts.c.next_step_at < now,
        )
        with self._database.read() as conn:
            self._broken += [
                f"alert {alert_id} was not escalated in time" for alert_id in conn.scalars(late)
            ]

    def broken(self, expected: Collection[tuple[int, str]]) -> list[str]:
        """Every promise that was broken by the end of a run in which these alerts had to open."""
        with self._database.read() as conn:
            return [
                *self._broken,
                *self._lost(conn, expected),
                *self._undecided(conn),
                *self._steps_told_twice(conn),
                *self._climbing(conn),
                *self._with_twilio(conn),
            ]

    def _lost(self, conn: Connection, expected: Collection[tuple[int, str]]) -> Iterator[str]:
        opened = {
            (row.client_id, row.rule_id)
            for row in conn.execute(select(alerts.c.client_id, alerts.c.rule_id))
        }
        self.alerts = len(conn.execute(select(alerts.c.id)).all())
        yield from (
            f"the alert {rule} of client {client} was lost"
            for client, rule in sorted({*expected} - opened)
        )
        keys = Counter(conn.scalars(select(events.c.key)))
        if keys != Counter(row.key for _, row in self._site.source.rows):
            yield "an event was lost or doubled"
        known = set(conn.scalars(select(inbox.c.provider_id)))
        # A site asks for no text from before its first start, and a kill may undo that start.
        began = trail.began(conn) or 0
        came = {
            text.sid
            for text in self._site.carrier.texts.values()
            if text.direction == "inbound" and text.sent_at is not None and text.sent_at >= began
        }
        yield from (f"the text {sid} was lost" for sid in sorted(came - known))
        if trail.verify(conn) is not None:
            yield "the audit trail is broken"

    def _undecided(self, conn: Connection) -> Iterator[str]:
        for row in conn.execute(
            select(outbox.c.id, outbox.c.state).where(outbox.c.state.in_(_UNDECIDED))
        ):
            yield f"message {row.id} is still {row.state}"
        told = select(outbox.c.id).where(outbox.c.state.in_(("accepted", *_TOLD)))
        yield from (
            f"message {message_id} is said to be told and is not"
            for message_id in conn.scalars(told)
            if not self.told[message_id]
        )

    def _steps_told_twice(self, conn: Connection) -> Iterator[str]:
        steps = select(outbox.c.id, outbox.c.alert_id, outbox.c.step, outbox.c.staff_id)
        times: Counter[tuple[int, int, int]] = Counter()
        for row in conn.execute(steps.where(outbox.c.kind.in_(_STEPS))):
            times[row.alert_id, row.step, row.staff_id] += self.told[row.id]
        for (alert_id, step, staff_id), number in times.items():
            if number > 1:
                yield f"staff {staff_id} was told {number} times of step {step} of alert {alert_id}"

    def _climbing(self, conn: Connection) -> Iterator[str]:
        turns = defaultdict(list)
        taken = select(audit.c.at, audit.c.action, audit.c.subject, audit.c.detail).where(
            audit.c.action.in_((AuditAction.TOLD.value, AuditAction.REACHES_NOBODY.value)),
            audit.c.actor == "escalate",
        )
        rest = set(conn.scalars(select(staff.c.id).where(staff.c.quiet_from.is_not(None))))
        for row in conn.execute(taken.order_by(audit.c.id)):
            detail = json.loads(row.detail)
            at_end = row.action == AuditAction.REACHES_NOBODY
            step = _AT_THE_END if at_end else detail["step"]
            turns[row.subject].append(_Turn(row.at, step, {*detail["staff"]} <= rest))
        standing = auditing.broken_promises(conn, self._site.clock.at)
        for alert in conn.execute(select(alerts).where(~alerts.c.shadow, ~alerts.c.historic)).all():
            open_times = list(_open_times(conn, alert.id))
            yield from self._late_steps(alert, turns[f"alert {alert.id}"], open_times)
            if alert.state == "open" and not _visible(conn, alert.id, standing):
                yield f"alert {alert.id} is open, nobody has a text of it, and nobody is told so"

    def _late_steps(
        self, alert: object, turns: list[_Turn], open_times: list[tuple[int, int]]
    ) -> Iterator[str]:
        """Each step must come by the first evaluation after its time.

        Its time counts from when the step before could reach its recipients.
        """
        policy = json.loads(alert.policy)  # type: ignore[attr-defined]
        alert_id, opened_at = alert.id, alert.opened_at  # type: ignore[attr-defined]
        urgent = alert.severity == "urgent"  # type: ignore[attr-defined]
        waits = [(0, (opened_at, opened_at + policy[0]["after"]))]
        waits += [
            (number, (turn.at, turn.reached_at(urgent) + after))
            for number, turn in enumerate(turns, 1)
            # Where a step was taken again, the numbers go on with one that comes no later.
            if turn.step + 1 < len(policy)
            and (after := policy[turn.step + 1]["after"] - policy[turn.step]["after"]) > 0
        ]
        for number, (since, due) in waits:
            looked = next((at for at in self._evaluated if at > max(due, since)), None)
            if looked is None or not any(
                begin <= since and looked < end for begin, end in open_times
            ):
                continue
            if number >= len(turns) or turns[number].at > looked:
                yield f"alert {alert_id} waited for step number {number} from {since} beyond {due}"

    def _with_twilio(self, conn: Connection) -> Iterator[str]:
        ends = {"delivered": "delivered", "undelivered": "undelivered", "failed": "failed"}
        for row in conn.execute(select(outbox.c.id, outbox.c.state, outbox.c.provider_id)):
            if row.provider_id is None:
                continue
            text = self._site.carrier.texts.get(row.provider_id)
            if text is None or ends.get(text.status) != row.state:
                status = text.status if text else "unknown"
                yield f"message {row.id} is {row.state}, but at Twilio {status}"


def _open_times(conn: Connection, alert_id: int) -> Iterator[tuple[int, int]]:
    """The periods in which an alert was open; the last one has no end if it still is."""
    changes = conn.execute(
        select(alert_transitions.c.at, alert_transitions.c.to_state)
        .where(alert_transitions.c.alert_id == alert_id)
        .order_by(alert_transitions.c.id)
    ).all()
    for now, then in pairwise([*changes, None]):
        if now is not None and now.to_state == "open":
            yield now.at, then.at if then is not None else 2**62


def _visible(conn: Connection, alert_id: int, standing: list[str]) -> bool:
    """Whether a recipient has a text about an open alert, or an admin hears that none has."""
    about = conn.execute(
        select(outbox.c.state, outbox.c.kind).where(outbox.c.alert_id == alert_id)
    ).all()
    told = [row for row in about if row.kind != MessageKind.NOTICE]
    reached = any(row.state in _TOLD for row in told)
    return (
        reached
        or any(row.kind == MessageKind.REACHES_NOBODY for row in told)
        or f"alert {alert_id} has nobody" in standing
    )
