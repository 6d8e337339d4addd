"""Twilio's calls: a text came in, or the status of one of ours changed.

Nothing is believed that Twilio has not signed. Its signature joins names and values without
borders, so one signed call can be split into other fields. Therefore the shapes of the fields are
checked too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from connectors.twilio.addresses import phone_of
from connectors.twilio.statuses import report_of
from engine.errors import StoreUnavailableError
from engine.model.inbound import CarrierKeyword, Inbound, KeyPress
from engine.model.message import Report

INBOUND, STATUS = "/twilio/inbound", "/twilio/status"
_LARGEST = 64_000  # bytes; a text of 1,600 characters takes a fraction of it
_MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
# A phone number, a short code or a sender's name; other channels put theirs before it: `rcs:`.
_SENDER = re.compile(r"([a-z]{2,20}:)?[^\x00-\x1f\x7f]{1,64}")
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out: Twilio's reading of a text.
_KEYWORDS: Mapping[str, CarrierKeyword] = {word.upper(): word for word in get_args(CarrierKeyword)}
MESSAGE_ID = re.compile(r"[0-9]{1,18}")  # no id of ours has more digits
# Whatever else a forger makes of a call, its true sender is left over in some value.
_LEFT_OVER = re.compile(r"From([a-z]{2,20}:)?\+?[0-9]{3}")

# The fields whose values count. A name that only begins like one of them was split from its value.
_FIELDS = ("MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body",
           "MessageStatus", "SmsStatus", "ErrorCode", "OptOutType")  # fmt: skip
# https://www.twilio.com/docs/messaging/guides/webhook-request: what Twilio adds to From and To.
ALSO_KNOWN = frozenset(
    f"{side}{part}" for side in ("From", "To") for part in ("City", "State", "Zip", "Country")
) | {"ErrorMessage"}


@dataclass(frozen=True, slots=True)
class TwilioCalls:
    """Everything that the calls need.

    Attributes:
        public_url: The URL by which Twilio knows us.
        account_sid: Our account at Twilio.
        signed: Checks the called URL, the form and the signature.
        take: Takes a text and returns the answer to it.
        report: Takes Twilio's report about one of our texts or calls.
        press: Takes a key and returns the words of the answer; None asks once more.
    """

    public_url: str
    account_sid: str
    signed: Callable[[str, Mapping[str, str], str], bool]
    take: Callable[[Inbound], str | None]
    report: Callable[[Report], None]
    press: Callable[[KeyPress], str | None]


async def answered(
    calls: TwilioCalls,
    request: Request,
    take: Callable[[Mapping[str, str]], Response],
    is_right: Callable[[list[tuple[str, str]], str], bool],
) -> Response:
    """Answer a call of Twilio's.

    Args:
        calls: Everything that calls need.
        request: The call.
        take: Takes its fields and returns the answer.
        is_right: Whether the fields are split in the way that Twilio splits them.

    Returns:
        403: Twilio did not sign it. 400: signed, but not a call that Twilio makes. 503: the
        database is away, so that Twilio tries its other URL. Else the answer of `take`.
    """
    # Behind a proxy a request does not know by which URL it was called.
    query = f"?{request.url.query}" if request.url.query else ""
    url = calls.public_url + request.url.path + query
    signature = request.headers.get("X-Twilio-Signature", "")
    posted = await _posted(request)
    if posted is None or not calls.signed(url, dict(posted), signature):
        return Response(status_code=403)
    # Twilio calls by GET where its console says so; then the URL holds the fields.
    get = request.method == "GET"
    fields = parse_qsl(request.url.query, keep_blank_values=True) if get else posted
    if not is_right(fields, calls.account_sid):
        return Response(status_code=400)
    try:
        return await run_in_threadpool(take, dict(fields))
    except StoreUnavailableError:
        return Response(status_code=503)


def add_twilio(app: FastAPI, calls: TwilioCalls) -> None:
    """Serve Twilio's calls about texts."""

    @app.api_route(INBOUND, methods=["GET", "POST"])
    async def inbound(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            sender, body = form.get("From", ""), form.get("Body", "")
            if not _SENDER.fullmatch(sender):
                return Response(status_code=400)
            word = _KEYWORDS.get(form.get("OptOutType", ""))
            text = Inbound(form["MessageSid"], phone_of(sender), body, keyword=word)
            return _twiml(calls.take(text))

        return await answered(calls, request, take, is_whole)

    @app.post(STATUS)
    async def status(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            message_id, code = request.query_params.get("message", ""), form.get("ErrorCode", "")
            if not MESSAGE_ID.fullmatch(message_id) or not re.fullmatch("[0-9]{0,9}", code):
                return Response(status_code=400)
            status = form.get("MessageStatus", "")
            if report := report_of(int(message_id), form["MessageSid"], status, code):
                calls.report(report)
            return Response(status_code=204)

        return await answered(calls, request, take, is_whole)


def is_whole(fields: list[tuple[str, str]], account_sid: str) -> bool:
    """Return whether signed fields are split in the way that Twilio splits them.

    Args:
        fields: Names and values in the order in which they came.
        account_sid: Our account at Twilio.
    """
    form, times = dict(fields), Counter(name for name, _ in fields)
    sid = form.get("MessageSid", "")
    if not _MESSAGE_SID.fullmatch(sid) or max(times.values()) > 1:
        return False
    if any(form.get(name, sid) != sid for name in ("SmsSid", "SmsMessageSid")):
        return False
    if form.get("AccountSid", account_sid) != account_sid:
        return False
    return not any(
        (name not in _FIELDS and name not in ALSO_KNOWN and name.startswith(_FIELDS))
        or (name != "Body" and _LEFT_OVER.search(value))
        for name, value in fields
    )


async def _posted(request: Request) -> list[tuple[str, str]] | None:
    """Return the fields of the body, empty ones included because they are signed.

    None stands for a body that is too large.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _twiml(answer: str | None) -> Response:
    message = f"<Message>{escape(answer)}</Message>" if answer else ""
    written = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return Response(written, media_type="application/xml")
