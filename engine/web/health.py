"""/healthz and /readyz: whether the daemon lives, and whether it can work.

Both answer while every thread that serves calls waits for the database. Neither names a person, a
path or the database, because any caller on the network may read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Response, status

_READY_THREADS = 2
_ARTICLES = {"alert": "an alert ", "client": "a client ", "source": "a source "}
_NAMED = re.compile(r"^(alert|client|source) .+? (?=has |is |cannot |brings )")


class Watched(Protocol):
    """The facts that the pages report."""

    def stale(self) -> list[str]:
        """Return the ticks that show no life, or no success for too long; it waits for nothing."""

    def unready(self) -> list[str]:
        """Return why no work can be done, a sentence each; it may wait for the database."""

    def warnings(self) -> list[str]:
        """Return what a person should look at although work goes on, a few words each."""


def add_health(app: FastAPI, watched: Watched) -> None:
    """Serve /healthz and /readyz."""
    threads = CapacityLimiter(_READY_THREADS)

    @app.get("/healthz")
    async def healthz(response: Response) -> dict[str, object]:
        """Answer 200, or 503 with the stale ticks."""
        return _verdict(response, "stale", watched.stale())

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, object]:
        """Answer 200, or 503 with the reasons."""
        reasons = await _in_thread(watched.unready, threads)
        verdict = _verdict(response, "reasons", reasons)
        if reasons:
            return verdict
        return verdict | {"warnings": await _in_thread(watched.warnings, threads)}


def without_names(promises: Iterable[str]) -> list[str]:
    """Return broken promises, each once, without the alert, client or source it names."""
    found = (_NAMED.sub(lambda name: _ARTICLES[name[1]], promise) for promise in promises)
    return list(dict.fromkeys(found))


async def _in_thread(look: Callable[[], list[str]], threads: CapacityLimiter) -> list[str]:
    return await to_thread.run_sync(look, limiter=threads)


def _verdict(response: Response, word: str, found: list[str]) -> dict[str, object]:
    if found:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "failing" if found else "ok", word: found}
