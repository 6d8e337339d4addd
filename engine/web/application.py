"""The application for machines: health, readiness, figures, and the carrier's calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from anyio import to_thread
from fastapi import FastAPI

from engine.ports import AddRoutes
from engine.web.health import Watched, add_health
from engine.web.metrics import Measured, add_metrics

# At most this many calls use the database at once. The web has as many connections, so none waits.
CALLS = 10


class Daemon(Watched, Measured, Protocol):
    """The daemon as its pages see it."""


def application(daemon: Daemon, webhooks: Sequence[AddRoutes] = ()) -> FastAPI:
    """Make the application; `webhooks` add the calls of the carrier and of sources."""
    app = FastAPI(
        title="Handrail", docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads
    )
    add_health(app, daemon)
    add_metrics(app, daemon)
    for add in webhooks:
        add(app)
    return app


@asynccontextmanager
async def few_threads(_: FastAPI) -> AsyncIterator[None]:
    """Serve calls in no more threads than the server has database connections."""
    to_thread.current_default_thread_limiter().total_tokens = CALLS
    yield
