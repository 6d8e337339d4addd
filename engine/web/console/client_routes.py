"""The caseload, a client, why a rule held, and the buttons about an alert."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import buttons, caseload_page, client_page, why_page
from engine.flows.console.buttons import ActOutcome, ActResult
from engine.model.alert import Act
from engine.model.printable import printable
from engine.model.rule import Severity
from engine.presentation.console import emergency_pages, pages
from engine.web.console.reception import LAST_ID, Reception
from engine.web.console.sentences import said_of

_MOST_DAYS = max(client_page.PERIODS)
_ACTS = {
    "take": Act.TAKE,
    "pass": Act.PASS,
    "done": Act.DONE,
    "snooze": Act.SNOOZE,
    "false-alarm": Act.FALSE_ALARM,
}

_TOOK = {"take-over": "took-over"}  # a shift on call is taken over too, and says more


class ClientRoutes:
    """The pages about clients."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/")(self._caseload)
        app.get("/clients/{ref:path}")(self._client)
        app.get("/why")(self._why)
        app.post("/alerts/{alert_id}/{what}")(self._act)

    def _caseload(
        self,
        request: Request,
        text: Annotated[str, Query(max_length=64)] = "",
        at_least: str = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        who = self._reception.who(request)
        least: Severity | None = next((one for one in get_args(Severity) if one == at_least), None)
        text = printable(text).strip()
        found = caseload_page.open_page(self._desk, who, text, least, page)
        if found is Access.NOT_THEIR_ROLE:
            return RedirectResponse("/rules", 303)  # the first page of those who see no client
        return self._reception.answer(
            found,
            lambda shown: pages.caseload(self._reception.frame(who), shown, text, least or ""),
        )

    def _client(
        self,
        request: Request,
        ref: str,
        days: Annotated[int, Query(ge=1, le=366)] = _MOST_DAYS,
        did: str = "",
        owner: Annotated[str, Query(max_length=64)] = "",
        alert: Annotated[int | None, Query(ge=1, le=LAST_ID)] = None,
    ) -> Response:
        who = self._reception.who(request)
        period = days if days in client_page.PERIODS else _MOST_DAYS
        found = client_page.open_page(self._desk, who, printable(ref), period)
        if found is Access.NOT_THEIR_CLIENT:
            page = emergency_pages.ask(self._reception.frame(who))
            return self._reception.page(page, 403)
        passed_on = ActResult.LAST, ActResult.TO_ADMINS
        said, undo = said_of(did, owner), alert if did in (*_ACTS, *passed_on) else None
        return self._reception.answer(
            found,
            lambda shown: pages.client(
                self._reception.frame(who), shown, client_page.PERIODS, said, undo
            ),
        )

    def _why(
        self,
        request: Request,
        client: Annotated[str, Query(max_length=64)],
        rule: Annotated[str, Query(max_length=100)],
        at: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        who = self._reception.who(request)
        found = why_page.open_page(self._desk, who, printable(client), rule, at)
        named = [(one.id, one.title or one.id) for one in self._desk.rulebook().rules.values()]
        return self._reception.answer(
            found, lambda told: pages.why(self._reception.frame(who), told, named)
        )

    def _act(
        self, request: Request, alert_id: Annotated[int, Path(ge=1, le=LAST_ID)], what: str
    ) -> Response:
        who = self._reception.who(request)
        if what == "undo":
            done = buttons.undo(self._desk, who, alert_id)
        elif what == "take-over":
            done = buttons.act(self._desk, who, alert_id, Act.TAKE, takes_over=True)
        elif what in _ACTS:
            done = buttons.act(self._desk, who, alert_id, _ACTS[what])
        else:
            return self._reception.not_found()
        return self._after(done, alert_id, what)

    def _after(self, done: ActOutcome, alert_id: int, what: str) -> Response:
        """Lead back to the client, so that a reload does not act again."""
        if done.result is ActResult.UNKNOWN:
            return self._reception.not_found()
        if done.result is ActResult.REFUSED:
            return self._reception.refused(Access.NOT_THEIR_CLIENT)
        did = _TOOK.get(what, what) if done.result is ActResult.COUNTED else done.result.value
        return RedirectResponse(pages.address_of(done.client_ref, alert_id, did, done.owner), 303)
