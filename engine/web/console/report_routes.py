"""The routes of the reports of outcomes and of services."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import FastAPI, Request, Response

from engine.access.abilities import Access
from engine.flows.console import report_pages
from engine.presentation.console.report_pages import report_form, with_way_back
from engine.presentation.reports.outcome_page import outcome_page
from engine.presentation.reports.service_page import service_page
from engine.web.console.own_style import policy_of
from engine.web.console.reception import Reception

T = TypeVar("T")


class ReportRoutes:
    """The reports."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/reports")(self._form)
        app.get("/reports/outcomes")(self._outcomes)
        app.get("/reports/services")(self._services)

    def _form(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = report_pages.open_form(self._desk, who)
        return self._reception.answer(
            found, lambda form: report_form(self._reception.frame(who), form)
        )

    def _outcomes(self, request: Request, cohort: str = "", by: str = "") -> Response:
        who = self._reception.who(request)
        return self._page(
            lambda: report_pages.open_outcomes(self._desk, who, cohort, by), outcome_page
        )

    def _services(self, request: Request, month: str = "", by: str = "") -> Response:
        who = self._reception.who(request)
        return self._page(
            lambda: report_pages.open_services(self._desk, who, month, by), service_page
        )

    def _page(
        self, find: Callable[[], T | Access | None], show: Callable[[T, str], str]
    ) -> Response:
        """Answer with a report, which brings its own style sheet, or say what was mistyped."""
        try:
            found = find()
        except ValueError as error:
            return self._reception.message(422, "This cannot be read", f"{error}.")
        if found is None or isinstance(found, Access):
            return self._reception.answer(found, lambda _: "")
        page = with_way_back(show(found, self._desk.settings.timezone))
        answer = self._reception.page(page, 200)
        answer.headers["Content-Security-Policy"] = policy_of(page)
        return answer
