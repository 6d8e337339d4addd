"""The routes of a client's care plan."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response

from engine.flows.console import plan_page
from engine.model.plan_page import PlanPage
from engine.model.printable import printable
from engine.presentation.console import plan_pages
from engine.web.console.reception import Reception, Typed
from engine.web.console.sentences import said_of


class PlanRoutes:
    """What a client is due to do, and excusing."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/plan/{ref:path}")(self._open)
        app.post("/plan/{ref:path}")(self._excuse)

    def _open(self, request: Request, ref: str, did: str = "") -> Response:
        who = self._reception.who(request)
        found, said = plan_page.open_page(self._desk, who, printable(ref)), said_of(did, "")
        return self._reception.answer(
            found, lambda page: plan_pages.plan(self._reception.frame(who), page, said)
        )

    def _excuse(self, request: Request, ref: str, typed: Typed) -> Response:
        who, ref = self._reception.who(request), printable(ref)
        done = plan_page.excuse(self._desk, who, ref, typed)
        if isinstance(done, PlanPage):
            frame = self._reception.frame(who)
            return self._reception.answer(done, lambda page: plan_pages.plan(frame, page), 422)
        return self._reception.after(done, f"/plan/{quote(ref, safe='')}?did=excused")
