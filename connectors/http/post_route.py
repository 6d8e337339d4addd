"""The path that a sender posts to: who it is, how much, and what becomes of each record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from connectors.http.posts import PostMapping, RecordResult, read_post
from connectors.http.settings import HttpSettings
from connectors.http.signatures import AuthResult, SenderKeys
from engine.errors import StoreUnavailableError
from engine.model.instant import MINUTE_US, Instant
from engine.model.received import Receipt
from engine.ports import TakeRecord

# Headers by which senders name a post, so that the same one counts once. The first is part of
# Standard Webhooks, the second a draft of the IETF, the third of CloudEvents.
_KEY_HEADERS = ("webhook-id", "idempotency-key", "ce-id")
_LONGEST_KEY = 200  # as wide as the store's column
_RETRY_SECONDS = 5
_WHY = {
    AuthResult.UNSIGNED: "The signature or the key is missing, or not written as agreed.",
    AuthResult.WRONG: "The signature or the key is not the right one.",
    AuthResult.OUTDATED: "The post was signed more than five minutes ago or ahead.",
}


@dataclass
class PostRoute:
    """One sender's path.

    Attributes:
        settings: The source's settings.
        keys: Tell the sender from others.
        mapping: Says what becomes of each record.
        take: Keeps a post.
        now: Returns the present instant.
    """

    settings: HttpSettings
    keys: SenderKeys
    mapping: PostMapping
    take: TakeRecord
    now: Callable[[], Instant]
    _minute: int = 0
    _taken: int = 0

    def add(self, app: FastAPI) -> None:
        """Serve the path.

        200: kept, with the outcome of each record. 401: not the sender. 413: too large; it is not
        read. 422: no JSON, or a key that came with another body. 429: too many. 503: the database
        is away. Errors are problems of RFC 9457.
        """
        app.post(self.settings.path)(self.post)

    async def post(self, request: Request) -> JSONResponse:
        """Answer one post."""
        body = await self._body(request)
        if body is None:
            largest = self.settings.http.largest_kb
            return _problem(413, f"A post has at most {largest} kB; send the records in several.")
        headers = request.headers
        result = self.keys.check(headers, body, self.now())
        if result is not AuthResult.OK:
            answer = _problem(401, _WHY[result])
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if wait := self._wait():
            return _problem(429, "There are too many posts in this minute.", wait)
        keys = [headers[name] for name in _KEY_HEADERS if headers.get(name)]
        if any(len(key) > _LONGEST_KEY or not key.isprintable() for key in keys):
            return _problem(422, f"The id of a post has at most {_LONGEST_KEY} characters.")
        return await run_in_threadpool(self._answer, next(iter(keys), None), body)

    def _answer(self, key: str | None, body: bytes) -> JSONResponse:
        try:
            records = read_post(body)
        except ValueError as error:
            return _problem(422, f"The body {error}.")
        results = self.mapping.results(records)
        try:
            receipt = self.take(key, body)
        except StoreUnavailableError:
            return _problem(503, "The post was not kept; send it again.", _RETRY_SECONDS)
        if receipt is Receipt.CONFLICT:
            return _problem(422, "Another post with this id came before; it stands.")
        return JSONResponse(_said(results))

    async def _body(self, request: Request) -> bytes | None:
        """Return the body; None if it is too large, without reading more of it than is allowed."""
        largest = self.settings.http.largest_kb * 1024
        said = request.headers.get("content-length", "0")
        if said.isdecimal() and int(said) > largest:
            return None
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                return None
        return bytes(body)

    def _wait(self) -> int:
        """Count a post; return after how many seconds it may come again, or 0 if it may now."""
        now = self.now()
        minute = now // MINUTE_US
        self._taken = self._taken + 1 if minute == self._minute else 1
        self._minute = minute
        if self._taken <= self.settings.http.per_minute:
            return 0
        return 1 + (MINUTE_US - now % MINUTE_US) // 1_000_000


def _said(results: list[RecordResult]) -> Mapping[str, Any]:
    """Return the answer to a post: how many records had each outcome, and that of each."""
    counts = Counter(one.outcome.value for one in results)
    items = [
        {"item": place, "outcome": one.outcome.value, **({"word": one.word} if one.word else {})}
        for place, one in enumerate(results, 1)
    ]
    return {**dict.fromkeys(("accepted", "skipped", "rejected"), 0), **counts, "items": items}


def _problem(status: int, detail: str, wait: int = 0) -> JSONResponse:
    titles = {
        401: "Unauthorized", 413: "Content Too Large", 422: "Unprocessable Content",
        429: "Too Many Requests", 503: "Service Unavailable",
    }  # fmt: skip
    said = {"type": "about:blank", "title": titles[status], "status": status, "detail": detail}
    headers = {"Retry-After": str(wait)} if wait else {}
    return JSONResponse(said, status, headers, media_type="application/problem+json")
