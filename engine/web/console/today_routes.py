"""The route of what a supervisor looks after."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from engine.flows.console import today_page
from engine.presentation.console.today_page import today
from engine.web.console.reception import Reception


class TodayRoutes:
    """The supervisor's lists."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.get("/today")(self._today)

    def _today(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = today_page.open_page(self._reception.desk, who)
        return self._reception.answer(found, lambda page: today(self._reception.frame(who), page))
