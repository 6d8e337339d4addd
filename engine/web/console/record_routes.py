"""The routes of deliveries, disclosures, the audit trail and health."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response

from engine.flows.console import delivery_page, health_page, trail_page
from engine.model.audit_action import AuditAction
from engine.model.printable import printable
from engine.presentation.console import record_pages
from engine.web.console.reception import LAST_ID, Reception

_Before = Annotated[int | None, Query(ge=1, le=LAST_ID)]


class RecordRoutes:
    """What the site keeps records of."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/deliveries")(self._deliveries)
        app.get("/disclosures/{ref:path}")(self._disclosures)
        app.get("/audit")(self._trail)
        app.get("/health")(self._health)

    def _deliveries(self, request: Request, before: _Before = None, lost: str = "") -> Response:
        who = self._reception.who(request)
        found = delivery_page.open_page(self._desk, who, before, lost_only=bool(lost))
        return self._reception.answer(
            found, lambda page: record_pages.deliveries(self._reception.frame(who), page)
        )

    def _disclosures(self, request: Request, ref: str) -> Response:
        who, ref = self._reception.who(request), printable(ref)
        found = trail_page.open_disclosures(self._desk, who, ref)
        return self._reception.answer(
            found,
            lambda page: record_pages.disclosures(
                self._reception.frame(who), ref, page[0].zones, page[1]
            ),
        )

    def _trail(
        self, request: Request, before: _Before = None, action: str = "", check: str = ""
    ) -> Response:
        who = self._reception.who(request)
        chosen = next((one.value for one in AuditAction if one.value == action), "")
        found = trail_page.open_trail(self._desk, who, before, chosen, check=bool(check))
        return self._reception.answer(
            found, lambda page: record_pages.trail(self._reception.frame(who), page, chosen)
        )

    def _health(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = health_page.open_page(self._desk, who)
        return self._reception.answer(
            found, lambda lines: record_pages.health(self._reception.frame(who), lines)
        )
