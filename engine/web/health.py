"""/healthz and /readyz: whether the daemon lives, and whether it can work.

Both answer while every thread that serves calls waits for the database. Neither names a person, a
path or the database, because any caller on the network may read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Response, params, status

_READY_THREADS = 2
# The promises of the watchdog that name something, without it.
_UNNAMED = tuple((re.compile(named), unnamed) for named, unnamed in (
    (r"^alert .+? (?=has |is )", "an alert "),
    (r"^client .+? (?=has |is |cannot )", "a client "),
    (r"^source .+? (?=is |cannot |brings )", "a source "),
    (r"^texts to .+ do not arrive", "texts to a person do not arrive"),
    (r"^the phone of .+ is not confirmed", "the phone of a person is not confirmed"),
    (r"^the text of the day to .+ has not arrived", "a text of the day has not arrived"),
    (r"from the source .+, so nothing was ended", "from a source, so nothing was ended"),
    (r"^row \d+ of the audit trail (is gone|is another) .*", r"a row of the audit trail \1"),
    (r"^(the anchor of the audit trail) .*", r"\1 is wrong"),
))  # fmt: skip


class Watched(Protocol):
    """The facts that the pages report."""

    def stale(self) -> list[str]:
        """Return the ticks that show no life, or no success for too long; it waits for nothing."""

    def unready(self) -> list[str]:
        """Return why no work can be done, a sentence each; it may wait for the database."""

    def warnings(self) -> list[str]:
        """Return what a person should look at although work goes on, a few words each."""


def add_health(app: FastAPI, watched: Watched, asked: Sequence[params.Depends] = ()) -> None:
    """Serve /healthz to everybody, and /readyz to callers who pass what is `asked`."""
    threads = CapacityLimiter(_READY_THREADS)

    @app.get("/healthz")
    async def healthz(response: Response) -> dict[str, object]:
        """Answer 200, or 503 with the stale ticks."""
        return _verdict(response, "stale", watched.stale())

    @app.get("/readyz", dependencies=asked)
    async def readyz(response: Response) -> dict[str, object]:
        """Answer 200, or 503 with the reasons."""
        reasons = await _in_thread(watched.unready, threads)
        verdict = _verdict(response, "reasons", reasons)
        if reasons:
            return verdict
        return verdict | {"warnings": await _in_thread(watched.warnings, threads)}


def without_names(promises: Iterable[str]) -> list[str]:
    """Return broken promises, each once, without the alert, person, source or file it names."""
    return list(dict.fromkeys(_without_name(promise) for promise in promises))


def _without_name(promise: str) -> str:
    for named, unnamed in _UNNAMED:
        promise = named.sub(unnamed, promise)
    return promise


async def _in_thread(look: Callable[[], list[str]], threads: CapacityLimiter) -> list[str]:
    return await to_thread.run_sync(look, limiter=threads)


def _verdict(response: Response, word: str, found: list[str]) -> dict[str, object]:
    if found:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "failing" if found else "ok", word: found}
