"""The application for machines: health, readiness, figures, and the carrier's calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from anyio import to_thread
from fastapi import Depends, FastAPI

from engine.ports import AddRoutes
from engine.web.bearer_token import bearer_of
from engine.web.health import Watched, add_health
from engine.web.metrics import Measured, add_metrics

# At most this many calls use the database at once. The web has as many connections, so none waits.
CALLS = 10


class Daemon(Watched, Measured, Protocol):
    """The daemon as its pages see it."""


def application(daemon: Daemon, webhooks: Sequence[AddRoutes] = (), token: str = "") -> FastAPI:
    """Make the application.

    Args:
        daemon: The daemon, whose state is shown.
        webhooks: Add the calls of the carrier and of sources.
        token: What a reader of figures and readiness must bring; "" lets everybody read them.
    """
    asked = [Depends(bearer_of(token))] if token else []
    app = FastAPI(
        title="Handrail", docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads
    )
    add_health(app, daemon, asked)
    add_metrics(app, daemon, asked)
    for add in webhooks:
        add(app)
    return app


@asynccontextmanager
async def few_threads(_: FastAPI) -> AsyncIterator[None]:
    """Serve calls in no more threads than the server has database connections."""
    to_thread.current_default_thread_limiter().total_tokens = CALLS
    yield
