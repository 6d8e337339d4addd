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

from sqlalchemy import Connection, Table, bindparam, func, or_, select

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
from tests.chaos.due import Due
from tests.chaos.due_promises import DuePromises
from tests.kit.times import DAY, HOUR, SECOND
from tests.kit.twilio_daemon import Daemon
from tests.kit.twilio_site import TwilioSite

_UNDECIDED = ("queued", "claimed", "unknown")
_TOLD = ("sent", "delivered")
_STEPS = (MessageKind.STEP, MessageKind.NEWLY)
_AT_THE_END = 1_000  # a step that no policy has
_REPAIRS = select(func.count()).where(audit.c.action == AuditAction.CLOCK_REPAIRED.value)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A step that was taken; `at_rest` if all whom it told have quiet hours."""

    at: int
    step: int
    at_rest: bool

    def reached_at(self, since: int, urgent: bool) -> int:
        """When its recipients could be reached: all quiet hours here are 22:00 to 07:00 in UTC."""
        of_day = since % DAY
        if urgent or not self.at_rest or 7 * HOUR <= of_day < 22 * HOUR:
            return since
        return since - of_day + (7 * HOUR if of_day < 7 * HOUR else 31 * HOUR)


class _Commits:
    """When the rows of a table were committed, by the right time and not the engine's."""

    def __init__(self, table: Table) -> None:
        self._newer = select(table.c.id).where(table.c.id > bindparam("known"))
        self._known = 0
        self.at: dict[int, int] = {}

    def look(self, conn: Connection, now: int) -> None:
        """Note which rows are new."""
        new = list(conn.scalars(self._newer, {"known": self._known}))
        self.at |= dict.fromkeys(new, now)
        self._known = max(new, default=self._known)


class Promises:
    """Watches a site; `told` counts the texts that a phone got by outbox row."""

    def __init__(self, site: TwilioSite, database: Database, due: Due) -> None:
        self.told: Counter[int] = Counter()
        self.messages = 0
        self.alerts = 0
        self._site = site
        self._database = database
        self.due = DuePromises(site, due)
        self._evaluated: list[int] = []
        self._went_back: list[int] = []  # when a daemon began to go by an earlier time
        self._ahead: dict[Daemon, int] = {}  # of the right time
        self._repairs = 0
        # By alert, each policy that it had and since when: one that people left grows.
        self._policies: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        self._steps, self._changes = _Commits(audit), _Commits(alert_transitions)
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

    def look(self, *stepped: Daemon) -> None:
        """Note the rows committed by now, and whether the clock of a stepped daemon went back."""
        now = self._site.clock.at
        with self._database.read() as conn:
            self._steps.look(conn, now)
            self._changes.look(conn, now)
            self._note_repairs(conn, now)
            self.due.look(conn)
            for alert_id, policy in conn.execute(select(alerts.c.id, alerts.c.policy)):
                steps = self._policies[alert_id]
                if not steps or steps[-1][1] != policy:
                    steps.append((now, policy))
        for daemon in stepped:
            if daemon.engine is None:
                continue  # It died; what it repaired before that is noted by its record.
            ahead = daemon.now() - now
            if ahead < self._ahead.get(daemon, ahead) - SECOND:
                self._went_back.append(now)
            self._ahead[daemon] = ahead

    def _note_repairs(self, conn: Connection, now: int) -> None:
        number = conn.scalar(_REPAIRS) or 0
        if number > self._repairs:
            self._went_back.append(now)
        self._repairs = number

    def failed(self, flow: str, error: Exception) -> None:
        """A step of a flow raised what no step may."""
        self._broken.append(f"{flow} failed: {error!r}"[:300])

    def evaluated(self, now: int, by_its_clock: int) -> None:
        """A step of evaluation was completed, so it must have taken every due client."""
        # A daemon that just woke doubts for a minute that it slept, and goes by an earlier time.
        if by_its_clock > now - SECOND:
            self._evaluated.append(now)
        late = select(alerts.c.id).where(
            alerts.c.state == "open",
            ~alerts.c.shadow,
            alerts.c.inhibited_by.is_(None),
            alerts.c.next_step_at < by_its_clock,
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
                *self.due.broken(conn),
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
        of_source = events.c.source == self._site.source.name
        keys = Counter(conn.scalars(select(events.c.key).where(of_source)))
        if keys != Counter(row.key for _, row in self._site.source.rows):
            yield "an event was lost or doubled"
        known = set(conn.scalars(select(inbox.c.provider_id)))
        # A site asks for no text from before its first start, and a kill may undo that start.
        began = min(self._steps.at.values(), default=0)
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
        taken = select(audit.c.id, audit.c.action, audit.c.subject, audit.c.detail).where(
            audit.c.action.in_((AuditAction.TOLD.value, AuditAction.REACHES_NOBODY.value)),
            audit.c.actor == "escalate",
        )
        rest = set(conn.scalars(select(staff.c.id).where(staff.c.quiet_from.is_not(None))))
        for row in conn.execute(taken.order_by(audit.c.id)):
            detail = json.loads(row.detail)
            at_end = row.action == AuditAction.REACHES_NOBODY
            step = _AT_THE_END if at_end else detail["step"]
            turns[row.subject].append(
                _Turn(self._steps.at[row.id], step, {*detail["staff"]} <= rest)
            )
        standing = auditing.broken_promises(conn, self._site.clock.at)
        for alert in conn.execute(select(alerts).where(~alerts.c.shadow)).all():
            if alert.historic:
                yield f"alert {alert.id} counts as old"
            open_times = list(self._open_times(conn, alert.id))
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
        alert_id, opened_at = alert.id, open_times[0][0]  # type: ignore[attr-defined]
        urgent = alert.severity == "urgent"  # type: ignore[attr-defined]
        first = _Turn(opened_at, -1, at_rest=False)
        waits = [(0, first, policy[0]["after"])]
        waits += [
            (number, turn, after)
            for number, turn in enumerate(turns, 1)
            # Where a step was taken again, the numbers go on with one that comes no later.
            if turn.step + 1 < self._length_of_policy(alert_id, turn.at)
            and (after := policy[turn.step + 1]["after"] - policy[turn.step]["after"]) > 0
        ]
        for number, turn, after in waits:
            since, due = turn.at, turn.reached_at(turn.at, urgent) + after
            looked = self._first_look_after(max(due, since))
            for back in sorted(self._went_back):
                # What a wrong clock scheduled comes as long after it was set right, if no look came
                # before that.
                if since <= back < due or (looked is not None and due <= back <= looked):
                    due = max(due, turn.reached_at(back, urgent) + after)
                    looked = self._first_look_after(max(due, since))
            if looked is None or not any(
                begin <= since and looked < end for begin, end in open_times
            ):
                continue
            if number >= len(turns) or turns[number].at > looked:
                yield f"alert {alert_id} waited for step number {number} from {since} beyond {due}"

    def _first_look_after(self, at: int) -> int | None:
        return next((look for look in sorted(self._evaluated) if look > at), None)

    def _length_of_policy(self, alert_id: int, at: int) -> int:
        """How many steps an alert's policy had at an instant."""
        known = [policy for since, policy in self._policies[alert_id] if since <= at]
        return len(json.loads(known[-1])) if known else 0

    def _open_times(self, conn: Connection, alert_id: int) -> Iterator[tuple[int, int]]:
        """The periods in which an alert was open; the last one has no end if it still is."""
        changes = conn.execute(
            select(alert_transitions.c.id, alert_transitions.c.to_state)
            .where(alert_transitions.c.alert_id == alert_id)
            .order_by(alert_transitions.c.id)
        ).all()
        for now, then in pairwise([*changes, None]):
            if now is not None and now.to_state == "open":
                ends = self._changes.at[then.id] if then is not None else 2**62
                yield self._changes.at[now.id], ends

    def _with_twilio(self, conn: Connection) -> Iterator[str]:
        ends = {"delivered": "delivered", "undelivered": "undelivered", "failed": "failed"}
        for row in conn.execute(select(outbox).where(outbox.c.provider_id.is_not(None))):
            text = self._site.carrier.texts.get(row.provider_id)
            # A text that Twilio could not tell of is asked about again once it has been silent for
            # twice as long, which takes days if a wrong clock dated it.
            misdated = text and abs(row.sent_at - text.created_at) > HOUR
            if misdated and row.due_at > self._site.clock.at:
                continue
            if text is None or ends.get(text.status) != row.state:
                status = text.status if text else "unknown"
                yield f"message {row.id} is {row.state}, but at Twilio {status}"


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
