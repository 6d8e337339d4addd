"""The pages for machines: whether the daemon lives, whether it can work, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from fastapi import FastAPI, Response, status
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest

from engine.web.twilio import TwilioCalls, add_twilio


class Watched(Protocol):
    """What the pages tell of."""

    def stale(self) -> list[str]:
        """The ticks that have shown no life for too long."""

    def unready(self) -> list[str]:
        """Why no work can be done, a sentence each; none where it can."""

    def warnings(self) -> list[str]:
        """What somebody should see to, though work goes on, a few words each."""

    def collect(self) -> Iterable[Metric]:
        """The figures as they stand."""


def pages(watched: Watched, twilio: TwilioCalls | None = None) -> FastAPI:
    """The application that serves /healthz, /readyz and /metrics, and Twilio's calls where it may call."""
    app = FastAPI(title="Handrail", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz(response: Response) -> dict[str, object]:
        """Whether the process lives and its ticks are fresh: 200, or 503 and which are not."""
        return _verdict(response, "stale", watched.stale)

    @app.get("/readyz")
    def readyz(response: Response) -> dict[str, object]:
        """Whether it can work: 200, or 503 and what is in the way."""
        verdict = _verdict(response, "reasons", watched.unready)
        return verdict if verdict["reasons"] else verdict | {"warnings": watched.warnings()}

    registry = CollectorRegistry(auto_describe=False)
    registry.register(watched)

    @app.get("/metrics")
    def metrics() -> Response:
        """The figures in Prometheus' text format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    if twilio:
        add_twilio(app, twilio)
    return app


def _verdict(
    response: Response, word: str, complaints: Callable[[], list[str]]
) -> dict[str, object]:
    found = complaints()
    if found:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "failing" if found else "ok", word: found}
