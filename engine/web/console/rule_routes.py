"""The rules: their list, and each in words."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from engine.flows.console import rule_pages
from engine.presentation.console import usefulness_pages
from engine.web.console.reception import Reception


class RuleRoutes:
    """The pages about rules."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/rules")(self._rules)
        app.get("/rules/{rule_id}")(self._rule)

    def _rules(self, request: Request, days: str = "") -> Response:
        who = self._reception.who(request)
        period = next((one for one in rule_pages.PERIODS if str(one) == days), None)
        found = rule_pages.open_list(self._desk, who, period)
        frame, periods = self._reception.frame, rule_pages.PERIODS
        return self._reception.answer(
            found, lambda cards: usefulness_pages.rules(frame(who), cards, periods, period)
        )

    def _rule(self, request: Request, rule_id: str) -> Response:
        who = self._reception.who(request)
        found = rule_pages.open_page(self._desk, who, rule_id)
        return self._reception.answer(
            found, lambda page: usefulness_pages.rule(self._reception.frame(who), page)
        )
