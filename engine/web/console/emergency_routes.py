"""Emergency access to a client, and its review."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import emergency
from engine.flows.console.emergency import EmergencyResult
from engine.presentation.console import emergency_pages
from engine.web.console.reception import LAST_ID, Reception, Typed


class EmergencyRoutes:
    """The form on the page of a client who is another person's, and the supervisor's list."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes.

        The form posts to the client's own page, so that a refusal does not repeat the ref.
        """
        app.post("/clients/{ref:path}")(self._begin)
        app.get("/emergency-access")(self._list)
        app.post("/emergency-access/{access_id}/review")(self._review)

    def _begin(self, request: Request, ref: str, typed: Typed) -> Response:
        who = self._reception.who(request)
        done = emergency.begin(self._desk, who, ref, typed.get("reason", ""))
        if done is None:
            return self._reception.not_found()
        if isinstance(done, Access):
            return self._reception.refused(done)
        if done is EmergencyResult.REASON_TOO_SHORT:
            page = emergency_pages.ask(self._reception.frame(who), again=True)
            return self._reception.page(page, 400)
        return RedirectResponse(f"/clients/{quote(ref, safe='')}", 303)

    def _list(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = emergency.open_page(self._desk, who)
        return self._reception.answer(
            found, lambda page: emergency_pages.listed(self._reception.frame(who), page)
        )

    def _review(
        self, request: Request, access_id: Annotated[int, Path(ge=1, le=LAST_ID)], typed: Typed
    ) -> Response:
        who = self._reception.who(request)
        done = emergency.review(self._desk, who, access_id, typed.get("finding", ""))
        if isinstance(done, Access):
            return self._reception.refused(done)
        return RedirectResponse("/emergency-access", 303)
