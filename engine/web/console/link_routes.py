"""The route of the links in texts to staff."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from engine.flows.console import alert_link
from engine.flows.console.alert_link import FoundAlert
from engine.web.console.reception import Reception
from engine.web.console.sentences import LINK_TOO_OLD


class LinkRoutes:
    """Short links, which say nothing by themselves and open nothing without a sign-in."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.get("/a/{token}")(self._follow)

    def _follow(self, request: Request, token: str) -> Response:
        who = self._reception.who(request)
        found = alert_link.follow(self._reception.desk, who, token[:12])
        if not isinstance(found, FoundAlert):
            return self._reception.after(found, "/")
        if found.expired:
            return self._reception.message(410, *LINK_TOO_OLD, link=("/", "Your caseload"))
        address = f"/clients/{quote(found.client_ref, safe='')}#alert-{found.alert_id}"
        return RedirectResponse(address, 303)
