"""Run a case through the real flows, on a clock that jumps from one due instant to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from engine.errors import HandrailError, UserError
from engine.flows.delivery import deliver
from engine.flows.escalation import reminders
from engine.flows.evaluation import evaluate
from engine.flows.inbound import receive
from engine.flows.intake import ingest
from engine.model.alert import Alert
from engine.model.duration import Duration
from engine.model.inbound import Inbound
from engine.model.instant import LAST_US, SECOND_US, Instant, from_us, to_us
from engine.model.intake import Batch, ReadEvent, Reject, RosterRow
from engine.model.local_time import WallClock
from engine.model.message import TELLING, MessageKind, Outgoing, SendResult
from engine.model.rule import Severity
from engine.model.schedule import Outcome
from engine.model.settings import Settings
from engine.model.staff import Role
from engine.rulebook.core.cases import CLIENT, Case, phone_of
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import alert_records, alerts
from engine.store.alerts.alert_records import Sent
from engine.store.database.connection import Database
from engine.store.intake import rejects
from engine.store.operations import agenda, rule_sets
from engine.store.operations.agenda import Agenda
from engine.store.people import roster
from engine.store.schedules import expectations

OWNER = "case"
# Reminders are listed apart from these.
_TEXTS = (*TELLING, MessageKind.SNOOZE_OVER, MessageKind.REACHES_NOBODY)
# A person comes before the rows that name them.
_KINDS = ("clients", "staff", "assignments", "consents")
# Each round does something, so only a fault goes on longer while the clock stands still.
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """An alert that opened: who was texted and reminded of it when, and when it was resolved."""

    rule_id: str
    at: Instant
    severity: Severity
    texts: tuple[tuple[Instant, Role], ...]
    reminders: tuple[tuple[Instant, Role], ...]
    resolved: Instant | None


@dataclass(frozen=True, slots=True)
class CaseRun:
    """What happened in a case: alerts in order, and how expectations of its schedules ended."""

    opened: list[Opened]
    ended: list[tuple[str, Instant, Outcome]]  # schedule, when and how


class _GivenSource:
    """The source of a case: its people at the beginning, then the arrivals of each moment."""

    name = OWNER
    parallel = False
    silent_after: Duration | None = None

    def __init__(self, case: Case, clock: WallClock) -> None:
        parts: dict[int, tuple[list[RosterRow], list[ReadEvent]]] = defaultdict(lambda: ([], []))
        parts[clock[case.begin]][0].extend(case.people)
        for one in case.arrivals:
            if one.client:
                parts[clock[one.known]][0].append(one.client)
            elif one.event:
                parts[clock[one.known]][1].append(one.event)
        self._batches = [
            (
                at,
                Batch(
                    OWNER,
                    place,
                    events=tuple(events),
                    roster=tuple(sorted(rows, key=_place_of_kind)),
                ),
            )
            for place, (at, (rows, events)) in enumerate(sorted(parts.items()), 1)
        ]
        self.instants = tuple(at for at, _ in self._batches)  # when something becomes known

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Yield what became known by now; the position is the number of batches read."""
        for at, batch in self._batches[positions.get(OWNER, 0) :]:
            if at <= to_us(now):
                yield batch

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Return the rejects as they are, because a case fixes no row."""
        return Batch(item, position, rejects=tuple(rejects))


class _Carrier:
    """Takes every text at once."""

    name = OWNER
    parallel = False

    def send(self, message: Outgoing) -> SendResult:
        """Take it."""
        return SendResult("accepted", provider_id=str(message.id))

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Say that every sent message was taken."""
        return SendResult("accepted", provider_id=str(message.id))


def _place_of_kind(row: RosterRow) -> int:
    return _KINDS.index(row.kind)


def run(case: Case, rulebook: Rulebook, settings: Settings, database: Database) -> CaseRun:
    """Run a case to its end.

    The rules that the case names serve, and those that may inhibit them. All rules serve if the
    case expects no other alert. A draft that the case names serves as if it were live. Reminders
    are left out if the case names no texts, reminders or replies, because then it cannot tell. Of
    schedules those serve that the case names, a draft too.

    Args:
        case: The case.
        rulebook: The rules of its rule set.
        settings: The routing, and the timezone of a case that names none.
        database: An empty database of its own.

    Returns:
        Every alert that opened, in order.

    Raises:
        UserError: A fact of the case cannot be taken in.
    """
    clock = WallClock(case.timezone or settings.timezone)
    source = _GivenSource(case, clock)
    replies = [(clock[one.at], *one.reply) for one in case.arrivals if one.reply]
    engine = _Engine(case, _as_tried(rulebook, case), settings, database, source, replies)
    begin = clock[case.begin]
    # To the end of the second, because `more than 7 days` comes true a moment after seven days.
    until = clock[case.until] + SECOND_US - 1
    with database.write() as conn:
        # Without the rules' texts, because nothing asks for them here.
        rule_sets.accept(conn, rulebook.hash, {}, begin)
    now: Instant | None = begin
    while now is not None and now <= until:
        engine.step(now)
        now = engine.next_instant(now)
    return CaseRun(engine.opened(), engine.ended())


def _as_tried(rulebook: Rulebook, case: Case) -> Rulebook:
    """Return the rules that serve in a case, its drafts as if they were live."""
    rules = rulebook.rules.values()
    chosen = set(rulebook.rules if case.others_silent else case.rules)
    while more := {
        rule.id for rule in rules if rule.id not in chosen and not chosen.isdisjoint(rule.quiets)
    }:
        chosen |= more
    drafts = {rule.id for rule in rules if rule.id in case.rules and rule.status == "draft"}
    speaks = _speaks_of_texts(case)
    return _made(rulebook, frozenset(chosen), frozenset(drafts), case.schedules, speaks)


def _speaks_of_texts(case: Case) -> bool:
    expected = any(alert.texts is not None or alert.reminders is not None for alert in case.alerts)
    return expected or any(one.reply for one in case.arrivals)


@lru_cache(maxsize=256)
def _made(
    rulebook: Rulebook,
    chosen: frozenset[str],
    drafts: frozenset[str],
    schedules: frozenset[str],
    reminds: bool,
) -> Rulebook:
    """Choose rules, once for all cases, because rulesets of durable_rules are never freed."""
    tried = rulebook.only(chosen)
    tried.plans = rulebook.plans.tried(schedules)
    tried.rules.update(
        {rule_id: replace(tried.rules[rule_id], status="live") for rule_id in drafts}
    )
    if not reminds:
        tried.rules.update(
            {rule.id: replace(rule, remind=LAST_US) for rule in tried.rules.values()}
        )
    return tried


class _Engine:
    """The flows over one case's database, and the severities of its alerts after each step."""

    def __init__(
        self,
        case: Case,
        rulebook: Rulebook,
        settings: Settings,
        database: Database,
        source: _GivenSource,
        replies: Sequence[tuple[Instant, Role, str]],
    ) -> None:
        self._case = case
        self._rulebook = rulebook
        self._settings = settings
        self._database = database
        self._source = source
        self._replies = replies
        self._carrier = _Carrier()
        self._client_id = 0
        self._due = Agenda(None, None)  # as of the last thing that was done
        self._severities: dict[tuple[int, int], Severity] = {}  # by alert and instant

    def next_instant(self, now: Instant) -> Instant | None:
        """Return the next instant after `now` at which there is something to do."""
        ahead = (
            *self._source.instants,
            *(at for at, _, _ in self._replies),
            self._due.next_instant,
        )
        return min((at for at in ahead if at is not None and at > now), default=None)

    def step(self, now: Instant) -> None:
        """Do everything that is due at `now`, and again until nothing is; then take the replies."""
        if now in self._source.instants:
            self._ingest(now)
        self._rest(now)
        for number, (at, role, text) in enumerate(self._replies):
            if at == now:
                inbound = Inbound(f"{OWNER} {number}", phone_of(role), text)
                receive.take(self._database, inbound, self._settings.telling, now)
                self._look()
                self._rest(now)

    def _rest(self, now: Instant) -> None:
        for _ in range(_MOST_ROUNDS):
            if self._due.evaluate is not None and self._due.evaluate <= now:
                self._evaluate(now)
            elif self._due.deliver is not None and self._due.deliver <= now:
                deliver.run(self._database, self._carrier, now, OWNER)
            else:
                return
            self._look()
        raise HandrailError(
            f"{self._place}: the engine does not come to rest at {from_us(now).isoformat()}."
        )

    def _look(self) -> None:
        """Read the next due instants, which only this engine's own steps change."""
        with self._database.read() as conn:
            self._due = agenda.read(conn, reminders.next_due(conn, self._rulebook.rules))

    @property
    def _place(self) -> str:
        return f"{self._case.file}:{self._case.line}"

    def _ingest(self, now: Instant) -> None:
        counts = ingest.run(self._database, [self._source], self._settings.timezone, now)
        if counts["rejected"]:
            with self._database.read() as conn:
                why = [reject.reason for reject in rejects.still_open(conn)]
            raise UserError(f"{self._place}: the case cannot be taken in: {'; '.join(why)}.")
        if not self._client_id:
            with self._database.read() as conn:
                self._client_id = roster.find_clients(conn, [CLIENT])[CLIENT].id
        self._due = self._due._replace(evaluate=now)  # because a client's data changed

    def _evaluate(self, now: Instant) -> None:
        judging = (self._database, self._rulebook, self._settings.telling)
        counts = evaluate.run(*judging, now=now, owner=OWNER)
        evaluate.climb(*judging, now=now)
        if counts.failed:
            raise HandrailError(
                f"{self._place}: the evaluation failed at {from_us(now).isoformat()}."
            )
        if counts.opened or counts.changed:
            with self._database.read() as conn:
                for alert in alerts.of_clients(conn, [self._client_id])[self._client_id]:
                    self._severities[alert.id, now] = alert.severity

    def opened(self) -> list[Opened]:
        """Return every opening of an alert; one that opens again after all counts again."""
        with self._database.read() as conn:
            found = alerts.of_clients(conn, [self._client_id])[self._client_id]
            every = [opening for alert in found for opening in self._openings(conn, alert)]
        return sorted(every, key=lambda opening: (opening.at, opening.rule_id))

    def ended(self) -> list[tuple[str, Instant, Outcome]]:
        """Every expectation that ended, with its schedule, when and how."""
        with self._database.read() as conn:
            found = expectations.of_clients(conn, [self._client_id], 0)
        return [
            (one.schedule_id, one.ended_at, one.outcome)
            for one in found.get(self._client_id, ())
            if one.outcome is not None and one.ended_at is not None
        ]

    def _openings(self, conn: Connection, alert: Alert) -> Iterator[Opened]:
        openings: list[tuple[Instant, Instant | None]] = []
        for change in alert_records.transitions_of(conn, alert.id):
            if change.from_state is None or (
                change.from_state == "resolved" and change.to_state != "resolved"
            ):
                openings.append((change.at, change.at if change.to_state == "resolved" else None))
            elif change.to_state == "resolved" and openings[-1][1] is None:
                openings[-1] = (openings[-1][0], change.at)
        messages = alert_records.messages_of(conn, alert.id)
        sent = [one for one in messages if one.state == "accepted"]
        texts = [one for one in sent if one.kind in _TEXTS]
        reminders = [one for one in sent if one.kind == MessageKind.REMINDER]
        for number, (at, resolved) in enumerate(openings):
            following = openings[number + 1][0] if number + 1 < len(openings) else LAST_US

            def meanwhile(
                some: Sequence[Sent], at: Instant = at, following: Instant = following
            ) -> tuple[tuple[Instant, Role], ...]:
                return tuple(
                    (one.updated_at, one.role) for one in some if at <= one.updated_at < following
                )

            severity = self._severities[alert.id, at]
            yield Opened(
                alert.rule_id, at, severity, meanwhile(texts), meanwhile(reminders), resolved
            )
