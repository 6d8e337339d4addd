"""What Twilio calls: a text came in, and what became of one of ours. Nothing is believed that it has not signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from engine.errors import StoreUnavailableError
from engine.model.inbound import Inbound
from engine.model.message import Report

INBOUND, STATUS = "/twilio/inbound", "/twilio/status"
_LARGEST = 64_000  # bytes; a text of 1,600 characters takes a fraction of it


@dataclass(frozen=True, slots=True)
class TwilioCalls:
    """What the calls need: the URL by which Twilio knows us, and what checks and takes what it brings.

    `signed` is given the whole URL that was called, the form and the signature. `take` gives the answer to a text.
    """

    public_url: str
    signed: Callable[[str, Mapping[str, str], str], bool]
    take: Callable[[Inbound], str | None]
    report: Callable[[Report], None]


def add_twilio(app: FastAPI, calls: TwilioCalls) -> None:
    """Serve Twilio's calls.

    403: not signed by Twilio. 400: signed, and yet not what Twilio sends. 503: the database is away, so that Twilio
    tries its other URL.
    """

    async def answered(request: Request, take: Callable[[Mapping[str, str]], Response]) -> Response:
        form = await _form(request)
        # Behind a proxy a request does not know by which URL it was called.
        url = (
            calls.public_url
            + request.url.path
            + (f"?{request.url.query}" if request.url.query else "")
        )
        if form is None or not calls.signed(
            url, form, request.headers.get("X-Twilio-Signature", "")
        ):
            return Response(status_code=403)
        try:
            return await run_in_threadpool(take, form)
        except StoreUnavailableError:
            return Response(status_code=503)

    @app.post(INBOUND)
    async def inbound(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            if not form.get("MessageSid") or not form.get("From"):
                return Response(status_code=400)
            return _twiml(
                calls.take(Inbound(form["MessageSid"], form["From"], form.get("Body", "")))
            )

        return await answered(request, take)

    @app.post(STATUS)
    async def status(request: Request) -> Response:
        def take(form: Mapping[str, str]) -> Response:
            message_id, sid = request.query_params.get("message", ""), form.get("MessageSid")
            # No id of ours has more digits.
            if not sid or not (
                message_id.isascii() and message_id.isdigit() and len(message_id) < 19
            ):
                return Response(status_code=400)
            said = form.get("MessageStatus", ""), form.get("ErrorCode") or None
            calls.report(Report(int(message_id), sid, *said))
            return Response(status_code=204)

        return await answered(request, take)


async def _form(request: Request) -> Mapping[str, str] | None:
    """The form that was sent, blank fields with it, for they are signed too; None where it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _twiml(answer: str | None) -> Response:
    message = f"<Message>{escape(answer)}</Message>" if answer else ""
    written = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return Response(written, media_type="application/xml")
