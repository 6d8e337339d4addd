"""Why an alert opened, by the rule and the events at that time, and what happened since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.alerts.muting import muted_until
from engine.errors import MistakesError, UserError
from engine.flows.escalation import next_recipients
from engine.flows.operations.explained_findings import explained_findings
from engine.messaging.advice import client_text_advice, supporter_text_advice
from engine.messaging.client_words import ONE_SENTENCE_US, read_client_text
from engine.model.alert import CLIENT_TEXT, DRILL, SUPPORTER_TEXT
from engine.model.alert_explanation import (
    AlertExplanation,
    ExplainedMessage,
    ExplainedRule,
    ExplainedSkip,
    ExplainedText,
    ExplainedTransition,
)
from engine.model.event_kinds import Kind
from engine.model.instant import Instant, from_us
from engine.model.local_time import zone_at
from engine.model.rule import Rule
from engine.model.staff import Role
from engine.rulebook.parsing.load import from_texts
from engine.store.alerts import alert_records, mutes, skipped_recipients
from engine.store.alerts.alert_records import AlertRecord
from engine.store.messages import inbox, reply_codes
from engine.store.messages.inbox import ReceivedText
from engine.store.operations import rule_sets
from engine.store.people import client_merges, roster, staff

_OF_CLIENTS = ("text", "use", "help", "crisis", "stop")  # the meanings of clients' texts


def explain(
    conn: Connection, alert_id: int, kinds: Mapping[str, Kind], now: Instant
) -> AlertExplanation:
    """Return the whole story of an alert as it stands at `now`.

    Raises:
        UserError: There is no alert of this id.
    """
    record = alert_records.record_of(conn, alert_id)
    if record is None:
        raise UserError(f"There is no alert {alert_id}; handrail alerts lists those there are.")
    found = _Explainer(conn, record, now).why(_rule(conn, record, kinds))
    called = staff.call_names(conn)
    return replace(found, call_names={ref: called[ref] for ref in found.staff & called.keys()})


def alert_of_code(conn: Connection, phone: str, code: int, now: Instant) -> int:
    """Return the alert that a phone knows by a code.

    Args:
        conn: The connection to read from.
        phone: The number of a member of staff or mentor, in E.164.
        code: The number that texts to the phone gave the alert.
        now: The present instant.

    Returns:
        The alert's id.

    Raises:
        UserError: The phone knows no alert by this code.
    """
    ids = [one.id for one in staff.with_phone(conn, phone)]
    for coded in reply_codes.known(conn, phone, ids, now):
        if coded.code == code:
            return coded.alert_id
    raise UserError(f"The phone {phone} knows no alert by the number {code}.")


def _rule(conn: Connection, record: AlertRecord, kinds: Mapping[str, Kind]) -> ExplainedRule:
    alert = record.listed.alert
    if alert.rule_id == CLIENT_TEXT:
        title, why = "A client sent a text", "A client who writes wants an answer from a person."
        said = client_text_advice(alert.severity)
        return ExplainedRule(alert.rule_id, alert.rule_version, title, why, said)
    if alert.rule_id == SUPPORTER_TEXT:
        title, why = "A supporter sent a text", "A person around the client wants an answer."
        said = supporter_text_advice(alert.severity)
        return ExplainedRule(alert.rule_id, alert.rule_version, title, why, said)
    if alert.rule_id == DRILL:
        why = "An exercise shows who answers an urgent alert, and when. It is about no client."
        return ExplainedRule(alert.rule_id, alert.rule_version, "A drill", why)
    rule_set = rule_sets.by_id(conn, record.rule_set_id)
    try:
        rule: Rule | None = (
            from_texts(rule_set.files, kinds).rules.get(alert.rule_id) if rule_set else None
        )
    except MistakesError:  # it names kinds or fields that the configuration no longer has
        rule = None
    if rule is None:
        return ExplainedRule(alert.rule_id, alert.rule_version)
    evidence = rule.evidence
    return ExplainedRule(
        rule.id,
        alert.rule_version,
        rule.title,
        rule.why,
        rule.advice,
        evidence.grade if evidence else "",
        evidence.source if evidence else "",
    )


class _Explainer:
    """Puts a record into the words and the local time of its client."""

    def __init__(self, conn: Connection, record: AlertRecord, now: Instant) -> None:
        self._conn = conn
        self._record = record
        self._now = now
        self._alert = record.listed.alert
        ref = record.listed.client_ref
        known = roster.find_clients(conn, [ref])[ref]
        self._zones, self._same = known.zones, client_merges.refs_of_same(conn, known.id)
        self._mutes = mutes.lasting(conn, now)
        seen = {event_id for finding in record.evidence.findings for event_id in finding.events}
        self._events = alert_records.events_as_of(conn, seen, self._alert.opened_at)

    def why(self, rule: ExplainedRule) -> AlertExplanation:
        record, alert = self._record, self._alert
        until = muted_until(alert, self._mutes) if alert.state != "resolved" else None
        ahead = record.next_step_at is not None and record.step < len(record.policy)
        return AlertExplanation(
            alert=alert.id,
            client=record.listed.client_ref,
            state=alert.state,
            severity=alert.severity,
            rule=rule,
            began=self._local(alert.began),
            ended=self._local_or_none(alert.ended),
            opened=self._local(alert.opened_at),
            historic=alert.historic,
            shadow=alert.shadow,
            inhibited_by=alert.inhibited_by,
            muted_until=self._local_or_none(until),
            muted_why=next((one.why for one in self._mutes if one.ended == until), ""),
            held=self._local_or_none(alert.held_at),
            owner=record.listed.owner_ref,
            as_of=self._local(record.evidence.as_of),
            findings=explained_findings(record.evidence.findings, self._events, self._zones),
            texts=self._texts(),
            clears=record.evidence.clears,
            clears_at=self._local_or_none(record.evidence.clears_at),
            messages=self._messages(),
            passed_over=self._passed_over(),
            next_step=self._next_role() if ahead else None,
            next_step_at=self._local_or_none(record.next_step_at) if ahead else None,
            history=self._history(),
            merged_into=self._same[0],
            merged=self._same[1],
        )

    def _next_role(self) -> Role | None:
        record = self._record
        following = next_recipients.after(
            self._conn, self._alert, record.policy, record.step, self._now
        )
        return following.role

    def _messages(self) -> tuple[ExplainedMessage, ...]:
        sent = alert_records.messages_of(self._conn, self._alert.id)
        return tuple(
            ExplainedMessage(
                self._local(one.created_at),
                self._local_or_none(one.sent_at),
                self._local_or_none(one.arrived_at),
                one.role,
                one.staff_ref,
                one.step,
                one.kind,
                one.sequence,
                one.state,
                one.error_code,
            )
            for one in sent
        )

    def _passed_over(self) -> tuple[ExplainedSkip, ...]:
        found = skipped_recipients.of_alert(self._conn, self._alert.id)
        return tuple(
            ExplainedSkip(
                self._local(one.at),
                one.role,
                one.staff_ref,
                one.reason,
                one.stand_in_ref,
                one.rotation,
            )
            for one in found
        )

    def _history(self) -> tuple[ExplainedTransition, ...]:
        changes = alert_records.transitions_of(self._conn, self._alert.id)
        return tuple(
            ExplainedTransition(self._local(one.at), self._actor(one.actor), one.to_state, one.why)
            for one in changes
        )

    def _actor(self, actor: str) -> str:
        """Name a person by their ref; the engine's parts keep their names."""
        kind, _, number = actor.partition(" ")
        who = staff.by_id(self._conn, int(number)) if kind == "staff" else None
        return who.ref if who else actor

    def _texts(self) -> tuple[ExplainedText, ...]:
        texts = inbox.of_alert(self._conn, self._alert.id)
        return tuple(self._text(text, texts[:place]) for place, text in enumerate(texts))

    def _text(self, text: ReceivedText, before: Sequence[ReceivedText]) -> ExplainedText:
        # A phone may be a client's and a mentor's; a text that acted is the mentor's.
        acted = text.staff_ref is not None and text.understood not in _OF_CLIENTS
        since = text.received_at - ONE_SENTENCE_US
        earlier = [
            each.body
            for each in before
            if each.client_ref == text.client_ref
            and each.received_at >= since
            and each.understood not in {"reaction", "auto_reply"}
        ]
        return ExplainedText(
            self._local(text.received_at),
            text.staff_ref if acted else text.client_ref,
            text.body,
            text.understood or "",
            "" if acted else read_client_text(text.body, earlier).words,
            text.answer,
        )

    def _local(self, us: Instant) -> datetime:
        return from_us(us).astimezone(ZoneInfo(zone_at(self._zones, us)))

    def _local_or_none(self, us: Instant | None) -> datetime | None:
        return None if us is None else self._local(us)
