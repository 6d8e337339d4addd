"""Who is on call, and taking a shift over."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import on_call_page
from engine.model.printable import printable
from engine.presentation.console import pages
from engine.web.console.reception import Reception
from engine.web.console.sentences import said_of


class OnCallRoutes:
    """The page about shifts."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/on-call")(self._on_call)
        app.post("/on-call/{rotation}/take-over")(self._take_over)

    def _on_call(self, request: Request, did: str = "") -> Response:
        who = self._reception.who(request)
        found = on_call_page.open_page(self._desk, who)
        said = said_of(did, "")
        return self._reception.answer(
            found, lambda page: pages.on_call(self._reception.frame(who), page, said)
        )

    def _take_over(self, request: Request, rotation: str) -> Response:
        who = self._reception.who(request)
        done = on_call_page.take_over(self._desk, who, printable(rotation))
        if isinstance(done, Access):
            return self._reception.refused(done)
        if done is None:
            return self._reception.not_found()
        return RedirectResponse(f"/on-call?did={'take-over' if done else 'on-call-already'}", 303)
