"""The notifier puts texts about alerts into the outbox, within one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.messaging import drill_texts
from engine.messaging.digest import of_client
from engine.messaging.operator_texts import reaches_nobody
from engine.messaging.waking_words import mail_words, push_words, webhook_words
from engine.messaging.wording import to_mentor, to_staff
from engine.model.alert import CLIENT_TEXT, DRILL, SUPPORTER_TEXT
from engine.model.duration import Duration
from engine.model.instant import DAY_US, MINUTE_US, Instant
from engine.model.message import TOGETHER_US, MessageKind, NewMessage, way_of
from engine.model.notification_settings import NO_FOLLOW_UPS, FollowUps
from engine.model.rule import SEVERITIES, Rule
from engine.model.sms_settings import Detail
from engine.model.spoken_words import call_words
from engine.model.staff import Recipient
from engine.store.alerts.alerts import Routed
from engine.store.messages import alert_links, grouping, inbox, outbox, reply_codes
from engine.store.people import staff_attributes

# An older text asks for something that another person was told of long ago.
VALID_US = DAY_US
# A call or e-mail that could not go by then comes too late to help the text.
FOLLOW_UP_OF_USE_US = 30 * MINUTE_US

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Enqueued:
    """A text that was just put into the outbox, and the alert that it tells of."""

    id: int
    about: Routed
    recipient: Recipient
    body: str


@dataclass(frozen=True, slots=True)
class Notifier:
    """Words texts about alerts and puts them into the outbox at `now`."""

    conn: Connection
    rules: Mapping[str, Rule]
    detail: Detail
    now: Instant
    links: str = ""  # the beginning of a link to an alert
    follow_ups: FollowUps = NO_FOLLOW_UPS

    def tell(
        self,
        routed: Routed,
        step: int,
        recipient: Recipient,
        kind: MessageKind,
        sequence: int = 0,
    ) -> Enqueued | None:
        """Tell one recipient of an alert.

        Args:
            routed: The alert, locked.
            step: The step of its policy that names the recipient.
            recipient: The person who is told.
            kind: The purpose of the text.
            sequence: It sets the text apart from others of its kind.

        Returns:
            The text; None if the outbox has the same one already.
        """
        staff_id = recipient.staff.id
        code = reply_codes.give(self.conn, staff_id, routed.alert.id, self.now)
        body = self._body(routed, recipient, code)
        message_id = self._enqueue(
            routed, step, staff_id, kind, body, sequence, to_mentor=recipient.alias is not None
        )
        if message_id is None:
            return None
        if kind == MessageKind.STEP and recipient.alias is None:
            self._follow_up(routed, step, staff_id, code)
        return Enqueued(message_id, routed, recipient, body)

    def tell_admins(self, routed: Routed, sequence: int) -> None:
        """Tell the admins that an alert reaches nobody, once for each `sequence`."""
        alert_id = routed.alert.id
        admins = operator_notices.admins(self.conn, self.now)
        _log.error("alert reaches nobody", alert=alert_id, step=routed.step, admins=len(admins))
        for admin in admins:
            code = reply_codes.give(self.conn, admin.id, alert_id, self.now)
            severity, words = routed.alert.severity, self._words(routed)
            body = reaches_nobody(routed.client_ref, severity, words, code, alert_id, self.detail)
            if routed.alert.rule_id == DRILL:
                body = drill_texts.drill_reaches_nobody(code)
            kind = MessageKind.REACHES_NOBODY
            self._enqueue(routed, routed.step, admin.id, kind, body, sequence)

    def bundle(self, texts: Iterable[Enqueued]) -> None:
        """Let the texts to one recipient about alerts of one client be one text.

        The text about the most severe alert carries the others.
        """
        together: dict[tuple[int, int], list[Enqueued]] = defaultdict(list)
        for text in texts:
            together[text.recipient.staff.id, text.about.alert.client_id].append(text)
        for (staff_id, _), found in together.items():
            if len(found) > 1:
                self._carry(staff_id, sorted(found, key=lambda text: text.id))

    def _carry(self, staff_id: int, texts: Sequence[Enqueued]) -> None:
        first = min(texts, key=_rank)
        body = first.body
        if first.recipient.alias is None:
            named = [(self._code(staff_id, text), self._words(text.about)) for text in texts]
            body = of_client(first.about.client_ref, named, self.detail)
        others = [text.id for text in texts if text is not first]
        grouping.carry(self.conn, first.id, others, body)

    def _code(self, staff_id: int, text: Enqueued) -> int:
        return reply_codes.give(self.conn, staff_id, text.about.alert.id, self.now)

    def _body(self, routed: Routed, recipient: Recipient, code: int) -> str:
        if routed.alert.rule_id == DRILL:
            return drill_texts.drill(code)
        if recipient.alias is not None:
            return to_mentor(recipient.alias, code)
        urgent = routed.alert.severity == "urgent"
        return to_staff(
            routed.client_ref, self._words(routed), code, self.detail,
            urgent=urgent, link=self._link(routed, recipient.staff.id),
        )  # fmt: skip

    def _link(self, routed: Routed, staff_id: int) -> str:
        if not self.links:
            return ""
        token = alert_links.give(self.conn, staff_id, routed.alert.id, self.now)
        return f"{self.links}{token}"

    def _words(self, routed: Routed) -> str:
        rule = self.rules.get(routed.alert.rule_id)
        reason = rule.reason if rule else ""
        if routed.alert.rule_id == CLIENT_TEXT:
            several = inbox.count_of_alert(self.conn, routed.alert.id) > 1
            reason = "wrote again" if several else "sent a text"
        if routed.alert.rule_id == SUPPORTER_TEXT:
            reason = "a supporter wrote"
        over = "over now" if routed.alert.ended is not None else ""
        return ", ".join(filter(None, [reason, over]))

    def _follow_up(self, routed: Routed, step: int, staff_id: int, code: int) -> None:
        """Put calls and the like beside an urgent text; an answer to the text takes them back."""
        if routed.alert.severity != "urgent":
            return
        drill, wanted = routed.alert.rule_id == DRILL, self.follow_ups
        if wanted.call_after is not None:
            words = call_words(staff_attributes.language(self.conn, staff_id), drill=drill)
            self._later(routed, step, staff_id, MessageKind.CALL, words, wanted.call_after)
        others = (
            (MessageKind.MAIL, wanted.mail_after, mail_words),
            (MessageKind.PUSH, wanted.push_after, push_words),
            (MessageKind.WEBHOOK, wanted.webhook_after, partial(webhook_words, code)),
        )
        for kind, after, words_of in others:
            # Few sites have these ways, so that nothing is read for the others.
            if after is None or not staff_attributes.address(self.conn, staff_id, way_of(kind)):
                continue
            words = words_of(self._link(routed, staff_id), drill=drill)
            self._later(routed, step, staff_id, kind, words, after)

    def _later(
        self,
        routed: Routed,
        step: int,
        staff_id: int,
        kind: MessageKind,
        words: str,
        after: Duration,
    ) -> None:
        due_at = self.now + after
        # An exercise keeps no real message waiting.
        severity = None if routed.alert.rule_id == DRILL else routed.alert.severity
        message = NewMessage(
            routed.alert.id, step, staff_id, kind, words, self.now, due_at,
            expires_at=due_at + FOLLOW_UP_OF_USE_US, severity=severity,
        )  # fmt: skip
        outbox.enqueue(self.conn, message)

    def _enqueue(
        self,
        routed: Routed,
        step: int,
        staff_id: int,
        kind: MessageKind,
        body: str,
        sequence: int,
        *,
        to_mentor: bool = False,
    ) -> int | None:
        due_at = self.now + (TOGETHER_US if kind == MessageKind.NEWLY else 0)
        message = NewMessage(
            routed.alert.id,
            step,
            staff_id,
            kind,
            body,
            self.now,
            due_at,
            expires_at=self.now + VALID_US,
            sequence=sequence,
            # An exercise keeps no real text waiting.
            severity=None if routed.alert.rule_id == DRILL else routed.alert.severity,
            to_mentor=to_mentor,
        )
        return outbox.enqueue(self.conn, message)


def _rank(text: Enqueued) -> tuple[int, int]:
    return SEVERITIES.index(text.about.alert.severity), text.id
