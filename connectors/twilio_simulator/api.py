"""The APIs of messages and calls: one request in, one answer out.

https://www.twilio.com/docs/messaging/api/message-resource.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.phone_calls import call_mistake, call_resource
from connectors.twilio_simulator.texts import API_VERSION, CarrierMessage, resource
from connectors.twilio_simulator.trouble import Answer, refusal
from engine.model.instant import Instant, to_us

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST = 1600  # characters
_DATES: Mapping[str, Callable[[int, int, bool], bool]] = {
    "DateSent": lambda sent, at, whole_day: sent // _DAY == at // _DAY if whole_day else sent == at,
    "DateSent>": lambda sent, at, _: sent >= at,
    "DateSent<": lambda sent, at, _: sent <= at,
}
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `fields` are those of its query or its form."""

    method: str
    path: str
    fields: Mapping[str, str]
    authorization: str = ""


@dataclass
class Api:
    """Answers requests as Twilio does, or with trouble from `answers` or from the carrier.

    `requests` are the past requests, each as (method, path, fields).
    """

    carrier: Carrier
    auth_token: str
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def fails(self, status: int, code: int | None = None, message: str = "") -> None:
        """Refuse the next request."""
        self.answers.append(Answer(status, refusal(status, code, message)))

    def answer(self, request: Request, now: Instant) -> Answer:
        """Return the answer to a request that comes at `now` (microseconds since 1970)."""
        self.requests.append((request.method, request.path, request.fields))
        planned = self.answers.pop(0) if self.answers else self.carrier.trouble.answer(now)
        if planned is None:
            return self._proper(request, now)
        if planned.taken:
            proper = self._proper(request, now)
            return Answer(
                planned.status, planned.body or proper.body, True, planned.silent, planned.cut
            )
        return planned

    def _proper(self, request: Request, now: Instant) -> Answer:
        account = self.carrier.account_sid
        allowed = base64.b64encode(f"{account}:{self.auth_token}".encode()).decode()
        if request.authorization != f"Basic {allowed}":
            return _refused(401, 20003, "Authenticate")
        if request.path == f"/{API_VERSION}/Accounts/{account}.json":
            return Answer(200, json.dumps({"sid": account, "status": self.carrier.status}))
        calls = f"/{API_VERSION}/Accounts/{account}/Calls"
        if request.path.startswith(calls):
            return self._of_calls(request, calls, now)
        messages = f"/{API_VERSION}/Accounts/{account}/Messages"
        if request.path == f"{messages}.json":
            return (
                self._create(request.fields, now)
                if request.method == "POST"
                else self._list(request.fields)
            )
        text = self.carrier.texts.get(
            request.path.removeprefix(f"{messages}/").removesuffix(".json")
        )
        if text is None or request.method != "GET":
            return _refused(404, 20404, "The requested resource was not found")
        return Answer(200, json.dumps(resource(text, account)))

    def _of_calls(self, request: Request, calls: str, now: Instant) -> Answer:
        carrier, given = self.carrier, request.fields
        if request.path == f"{calls}.json" and request.method == "POST":
            if wrong := call_mistake(given, carrier.number):
                return _refused(400, *wrong)
            made = carrier.ring(given["To"], given["Twiml"], now, given.get("StatusCallback"))
            return Answer(201, json.dumps(call_resource(made, carrier.account_sid)))
        if request.path == f"{calls}.json":
            to = given.get("To")
            listed = [one for one in reversed(carrier.calls.values()) if to in {None, one.to}]
            shown = [call_resource(one, carrier.account_sid) for one in listed]
            listing = {"calls": shown, "page": 0, "next_page_uri": None, "uri": request.path}
            return Answer(200, json.dumps(listing))
        call = carrier.calls.get(request.path.removeprefix(f"{calls}/").removesuffix(".json"))
        if call is None:
            return _refused(404, 20404, "The requested resource was not found")
        return Answer(200, json.dumps(call_resource(call, carrier.account_sid)))

    def _create(self, given: Mapping[str, str], now: Instant) -> Answer:
        to, body, carrier = given.get("To", ""), given.get("Body", ""), self.carrier
        if wrong := _mistake(given, carrier):
            return _refused(400, *wrong)
        valid_for = given.get("ValidityPeriod")
        text = carrier.take(
            to, body, now, service=given.get("MessagingServiceSid"),
            callback=given.get("StatusCallback"),
            valid_for=int(valid_for) if valid_for else None,
        )  # fmt: skip
        return Answer(201, json.dumps(resource(text, carrier.account_sid)))

    def _list(self, asked: Mapping[str, str]) -> Answer:
        size, page = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
        found = [text for text in reversed(self.carrier.texts.values()) if _wanted(text, asked)]
        shown = found[page * size : (page + 1) * size]
        path = f"/{API_VERSION}/Accounts/{self.carrier.account_sid}/Messages.json"
        more = urlencode({**asked, "Page": page + 1, "PageToken": f"PA{page + 1}"}, quote_via=quote)
        listing = {
            "messages": [resource(text, self.carrier.account_sid) for text in shown],
            "page": page,
            "page_size": size,
            "uri": path,
            "next_page_uri": f"{path}?{more}" if len(found) > (page + 1) * size else None,
            "previous_page_uri": None,
        }
        return Answer(200, json.dumps(listing))


def _mistake(given: Mapping[str, str], carrier: Carrier) -> tuple[int, str] | None:
    to, body, validity = (
        given.get("To", ""),
        given.get("Body", ""),
        given.get("ValidityPeriod", "1"),
    )
    checks = (
        (not to, 21604, "A 'To' phone number is required."),
        (not _PHONE.fullmatch(to), 21211, f"The 'To' number {to} is not a valid phone number."),
        (
            not given.get("From") and not given.get("MessagingServiceSid"),
            21603,
            "A 'From' phone number is required.",
        ),
        (
            given.get("From", carrier.number) != carrier.number,
            21606,
            "The 'From' number is not yours.",
        ),
        (not body, 21602, "Message body is required."),
        (
            len(body) > _LONGEST,
            21617,
            "The concatenated message body exceeds the 1600 character limit.",
        ),
        (
            not (validity.isdigit() and 1 <= int(validity) <= 36_000),
            20422,
            "Invalid ValidityPeriod.",
        ),
        (to in carrier.opted_out, 21610, "Attempt to send to unsubscribed recipient"),
    )
    return next(((code, message) for wrong, code, message in checks if wrong), None)


def _wanted(text: CarrierMessage, asked: Mapping[str, str]) -> bool:
    if asked.get("To", text.to) != text.to or asked.get("From", text.sender) != text.sender:
        return False
    for name, holds in _DATES.items():
        if (given := asked.get(name)) is None:
            continue
        at = datetime.fromisoformat(given)
        # A message that waits to be sent has no date, and no filter by date finds it.
        if text.sent_at is None or not holds(
            text.sent_at, to_us(at.replace(tzinfo=UTC)), len(given) == 10
        ):
            return False
    return True


def _refused(status: int, code: int, message: str) -> Answer:
    return Answer(status, refusal(status, code, message))
