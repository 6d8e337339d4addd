"""The routes of deliveries, disclosures, the audit trail and health."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response

from engine.errors import UserError
from engine.flows.console import delivery_page, health_page, trail_page
from engine.model.audit_action import AuditAction
from engine.model.printable import printable
from engine.model.site_pages import TrailFilter
from engine.presentation.console import record_pages
from engine.web.console.reception import LAST_ID, Reception

_Before = Annotated[int | None, Query(ge=1, le=LAST_ID)]
_Text = Annotated[str, Query(max_length=100)]


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"'{text}' is not a date; write one such as 2026-03-01") from None


def _chosen(
    action: str = "",
    who: _Text = "",
    client: _Text = "",
    since: _Text = "",
    until: _Text = "",
    newest: _Before = None,
) -> TrailFilter:
    known = next((one.value for one in AuditAction if one.value == action), "")
    person, ref = printable(who.strip()), printable(client.strip())
    return TrailFilter(known, person, ref, _day(since), _day(until), newest)


_Chosen = Annotated[TrailFilter, Depends(_chosen)]


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
        self, request: Request, chosen: _Chosen, before: _Before = None, check: str = ""
    ) -> Response:
        who = self._reception.who(request)
        found = trail_page.open_trail(self._desk, who, chosen, before, check=bool(check))
        return self._reception.answer(
            found, lambda page: record_pages.trail(self._reception.frame(who), page)
        )

    def _health(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = health_page.open_page(self._desk, who)
        return self._reception.answer(
            found, lambda lines: record_pages.health(self._reception.frame(who), lines)
        )
