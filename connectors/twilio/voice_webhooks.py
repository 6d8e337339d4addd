"""Twilio's calls about our calls: a key was pressed, or the status of a call changed.

As with texts, nothing is believed that Twilio has not signed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

from connectors.twilio.spoken import KEY, asking, key_url, saying
from connectors.twilio.statuses import report_of_call
from connectors.twilio.webhooks import ALSO_KNOWN, MESSAGE_ID, TwilioCalls, answered
from engine.model.agreement import TextLanguage
from engine.model.inbound import KeyPress
from engine.model.spoken_words import SpokenWords, spoken

CALL_STATUS = "/twilio/call-status"
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")
_KEY = re.compile(r"[0-9*#]")
_COUNTS = ("CallSid", "CallStatus", "AccountSid", "Digits", "To", "From")


def add_voice(app: FastAPI, calls: TwilioCalls) -> None:
    """Serve Twilio's calls about our calls."""

    @app.post(CALL_STATUS)
    async def call_status(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            message_id = request.query_params.get("message", "")
            if not MESSAGE_ID.fullmatch(message_id):
                return Response(status_code=400)
            status = form.get("CallStatus", "")
            if report := report_of_call(int(message_id), form["CallSid"], status):
                calls.report(report)
            return Response(status_code=204)

        return await answered(calls, request, take, is_whole_call)

    @app.post(KEY)
    async def key(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            message_id, pressed = request.query_params.get("message", ""), form.get("Digits", "")
            if not MESSAGE_ID.fullmatch(message_id) or not _KEY.fullmatch(pressed):
                return Response(status_code=400)
            spanish = request.query_params.get("language") == "spanish"
            language: TextLanguage = "spanish" if spanish else "english"
            to = form.get("To", "")
            one = KeyPress(int(message_id), form["CallSid"], to, pressed, language)
            said = calls.press(one)
            if said is not None:
                return _spoken(saying(said, language))
            again = spoken(SpokenWords.WHICH_KEY, language)
            return _spoken(asking(again, language, key_url(calls.public_url, message_id, language)))

        return await answered(calls, request, take, is_whole_call)


def is_whole_call(fields: list[tuple[str, str]], account_sid: str) -> bool:
    """Return whether the signed fields of a call are those that Twilio gives.

    Args:
        fields: Names and values in the order in which they came.
        account_sid: Our account at Twilio.
    """
    form, times = dict(fields), Counter(name for name, _ in fields)
    if not _CALL_SID.fullmatch(form.get("CallSid", "")) or max(times.values()) > 1:
        return False
    if form.get("AccountSid") != account_sid:
        return False
    # A name that only begins like one of those that count was split from its value.
    return not any(
        name not in _COUNTS and name not in ALSO_KNOWN and name.startswith(_COUNTS) for name in form
    )


def _spoken(twiml: str) -> Response:
    written = f'<?xml version="1.0" encoding="UTF-8"?>{twiml}'
    return Response(written, media_type="application/xml")
