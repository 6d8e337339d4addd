"""The carrier: messages and their ends, opted-out numbers, and the calls that report them."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from connectors.twilio_simulator.phone_calls import PhoneCall
from connectors.twilio_simulator.texts import FINAL, CarrierMessage, Status
from connectors.twilio_simulator.trouble import Trouble
from engine.model.instant import SECOND_US, Instant

# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out: a word counts if it is the whole
# text.
STOP_WORDS = frozenset(
    {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
_VALIDITY_PASSED = 30036
_SENT_AFTER_US, _ENDED_AFTER_US = SECOND_US // 2, SECOND_US


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make to the application that sends and receives texts here.

    `text` is the message that the call reports.
    """

    url: str
    form: Mapping[str, str]
    text: CarrierMessage
    again: bool = False  # whether it is the second try


class Carrier:
    """Holds messages and brings them to their ends; every instant is an argument.

    `inbound_url` is where incoming texts are reported; None reports none. `shown` is called for
    each text that reaches a phone, `kept` for each message that is new or changed.
    """

    def __init__(
        self, number: str, account_sid: str, trouble: Trouble | None = None, era: int = 0
    ) -> None:
        """Make a carrier; `era`, below 2**64, sets its message ids apart from earlier ones."""
        self.number = number
        self.account_sid = account_sid
        self.trouble = trouble or Trouble()
        self.status = "active"  # of the account; suspended or closed otherwise
        self.texts: dict[str, CarrierMessage] = {}
        self.calls: dict[str, PhoneCall] = {}
        self.opted_out: set[str] = set()
        self.inbound_url: str | None = None
        self.shown: Callable[[CarrierMessage], None] = lambda _: None
        self.kept: Callable[[CarrierMessage], None] = lambda _: None
        self._ahead: list[tuple[Instant, int, Call | tuple[str, Status, int | None]]] = []
        self._numbers, self._sids = itertools.count(), itertools.count()
        self._era = era

    def take(
        self, to: str, body: str, now: Instant, *, service: str | None = None,
        callback: str | None = None,
        valid_for: int | None = None, reply: bool = False,
    ) -> CarrierMessage:  # fmt: skip
        """Take a message to send; `valid_for` is in seconds."""
        text = CarrierMessage(
            self._sid(), to, self.number, body, "outbound-reply" if reply else "outbound-api", now,
            service=service, callback=callback,
            valid_until=None if valid_for is None else now + valid_for * SECOND_US,
        )  # fmt: skip
        self._keep(text)
        self._go_on(text, now)
        return text

    def ring(self, to: str, twiml: str, now: Instant, callback: str | None = None) -> PhoneCall:
        """Take a call to make; nobody answers it until a test says so."""
        sid = f"CA{self._era:016x}{len(self.calls):016x}"
        call = self.calls[sid] = PhoneCall(sid, to, self.number, twiml, now, callback)
        return call

    def receive(self, sender: str, body: str, now: Instant) -> CarrierMessage:
        """Take a text that a person sends to this number."""
        word = body.strip().upper()
        if word in STOP_WORDS:
            self.opted_out.add(sender)
        elif word in START_WORDS:
            self.opted_out.discard(sender)
        text = CarrierMessage(
            self._sid(), self.number, sender, body, "inbound", now, "received", sent_at=now
        )
        self._keep(text)
        if self.inbound_url:
            form = {
                "MessageSid": text.sid,
                "SmsSid": text.sid,
                "AccountSid": self.account_sid,
                "From": sender,
                "To": self.number,
                "Body": body,
                "NumMedia": "0",
                "NumSegments": "1",
                "SmsStatus": "received",
                "ApiVersion": "2010-04-01",
            }
            self._call(Call(self.inbound_url, form, text), now)
        return text

    def hold(self, text: CarrierMessage, now: Instant) -> None:
        """Take over a message from an earlier process. One that had not ended goes on."""
        self.texts[text.sid] = text
        if text.status not in FINAL:
            self._go_on(text, now)

    def next_at(self) -> Instant | None:
        """Return the instant of the next change; None if nothing is due."""
        return self._ahead[0][0] if self._ahead else None

    def due(self, now: Instant) -> Iterator[Call]:
        """Make every change that is due by `now`.

        Yields:
            The calls to make, one at a time.
        """
        while self._ahead and self._ahead[0][0] <= now:
            at, _, what = heapq.heappop(self._ahead)
            if isinstance(what, Call):
                yield what
            else:
                self._become(at, *what)

    def answered(self, call: Call, status: int | None, body: str, now: Instant) -> None:
        """Note the answer to a call. Without a status nobody answered, and it is made once more.

        If the call reported an incoming text, the body of the answer is sent to its sender.
        """
        if status is None and not call.again:
            self._plan(now + SECOND_US, Call(call.url, call.form, call.text, again=True))
        if status == 200 and call.text.direction == "inbound":
            for message in ElementTree.fromstring(body).iter("Message"):
                if call.text.sender not in self.opted_out:
                    self.take(call.text.sender, message.text or "", now, reply=True)

    def _go_on(self, text: CarrierMessage, now: Instant) -> None:
        end, error_code = self.trouble.end()
        if end != "failed":
            self._plan(now + _SENT_AFTER_US, (text.sid, "sent", None))
        self._plan(now + _ENDED_AFTER_US, (text.sid, end, error_code))

    def _become(self, at: Instant, sid: str, status: Status, error_code: int | None) -> None:
        text = self.texts[sid]
        if text.status in FINAL:
            return
        if status == "sent" and text.valid_until is not None and at > text.valid_until:
            status, error_code = "failed", _VALIDITY_PASSED
        if error_code == 21610:
            self.opted_out.add(text.to)
        text.status, text.error_code = status, error_code
        text.sent_at = at if status == "sent" else text.sent_at
        self._keep(text)
        if status == "delivered":
            self.shown(text)
        if text.callback:
            form = {
                "MessageSid": sid,
                "SmsSid": sid,
                "AccountSid": self.account_sid,
                "MessageStatus": status,
                "SmsStatus": status,
                "From": text.sender,
                "To": text.to,
                "ApiVersion": "2010-04-01",
            }
            self._call(
                Call(
                    text.callback,
                    form | ({"ErrorCode": str(error_code)} if error_code else {}),
                    text,
                ),
                at,
            )

    def _call(self, call: Call, now: Instant) -> None:
        for delay in self.trouble.delays():
            self._plan(now + delay, call)

    def _plan(self, at: Instant, what: Call | tuple[str, Status, int | None]) -> None:
        heapq.heappush(self._ahead, (at, next(self._numbers), what))

    def _keep(self, text: CarrierMessage) -> None:
        self.texts[text.sid] = text
        self.kept(text)

    def _sid(self) -> str:
        return f"SM{self._era:016x}{next(self._sids):016x}"
