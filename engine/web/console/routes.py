"""The console: pages for people, on a port of their own."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse

from engine.access.abilities import Ability, Access, may
from engine.access.sign_in import LinkState
from engine.errors import StoreUnavailableError, UserError
from engine.flows.console import (
    buttons,
    caseload_page,
    client_page,
    on_call_page,
    rule_pages,
    signing_in,
    why_page,
)
from engine.flows.console.buttons import ActOutcome, ActResult
from engine.flows.console.desk import Desk
from engine.model.alert import Act
from engine.model.printable import printable
from engine.model.rule import Severity
from engine.presentation.console import pages
from engine.presentation.rendering import asset
from engine.web.application import few_threads
from engine.web.console.cookies import SessionCookie
from engine.web.console.guard import guard
from engine.web.console.reception import LAST_ID, Reception, SignedOutError
from engine.web.console.sentences import (
    LINK_WORDS,
    NOT_FOUND,
    NOT_YOUR_ROLE,
    NOT_YOURS,
    SIGNED_OUT,
    said_of,
)

_MOST_DAYS = max(client_page.PERIODS)
_ACTS = {
    "take": Act.TAKE,
    "pass": Act.PASS,
    "done": Act.DONE,
    "snooze": Act.SNOOZE,
    "false-alarm": Act.FALSE_ALARM,
}
_ASSETS = {"console.css": "text/css", "icon.svg": "image/svg+xml"}


def application(desk: Desk, url: str) -> FastAPI:
    """Make the console.

    Args:
        desk: The engine as the pages see it.
        url: The URL by which people call the console.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads)
    reception = Reception(desk, SessionCookie(url))
    console = _Console(reception)
    app.middleware("http")(guard(url, reception.fault))
    console.add_to(app)
    return app


class _Console:
    """The routes; each reads who asks, lets a flow decide, and renders what it found."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._cookie = reception.cookie

    def add_to(self, app: FastAPI) -> None:
        """Add every route, and the pages for what goes wrong."""
        app.get("/assets/{name}")(self._asset)
        app.get("/sign-in/{token}")(self._open_link)
        app.post("/sign-in/{token}")(self._sign_in)
        app.get("/signed-out")(self._signed_out)
        app.post("/sign-out")(self._sign_out)
        app.get("/")(self._caseload)
        app.get("/clients/{ref:path}")(self._client)
        app.get("/why")(self._why)
        app.get("/rules")(self._rules)
        app.get("/rules/{rule_id}")(self._rule)
        app.get("/on-call")(self._on_call)
        app.post("/on-call/{rotation}/take-over")(self._take_over)
        app.post("/alerts/{alert_id}/{what}")(self._act)
        app.exception_handler(404)(self._reception.missing)
        app.exception_handler(405)(self._reception.missing)
        app.exception_handler(RequestValidationError)(self._reception.missing)
        app.exception_handler(SignedOutError)(self._reception.nobody)
        app.exception_handler(UserError)(self._reception.mistake)
        app.exception_handler(StoreUnavailableError)(self._reception.no_database)

    def _asset(self, name: str) -> Response:
        if name not in _ASSETS:
            return self._reception.message(404, *NOT_FOUND)
        # The same for everybody, so that a browser may keep it for an hour.
        kept = {"Cache-Control": "public, max-age=3600"}
        return Response(asset(f"console/{name}"), media_type=_ASSETS[name], headers=kept)

    def _open_link(self, token: str) -> Response:
        state, name = signing_in.account_of_link(self._desk.database, token, self._desk.now())
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        return HTMLResponse(pages.sign_in(self._reception.frame(), name, f"/sign-in/{token}"))

    def _sign_in(self, token: str) -> Response:
        state, session = signing_in.sign_in(self._desk.database, token, self._desk.now())
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        response = RedirectResponse("/", status_code=303)
        self._cookie.write(response, session)
        return response

    def _sign_out(self, request: Request) -> Response:
        signing_in.sign_out(self._desk.database, self._cookie.read(request), self._desk.now())
        response = RedirectResponse("/signed-out", status_code=303)
        self._cookie.forget(response)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _signed_out(self) -> Response:
        return self._reception.message(200, *SIGNED_OUT)

    def _caseload(
        self,
        request: Request,
        text: Annotated[str, Query(max_length=64)] = "",
        at_least: str = "",
        page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    ) -> Response:
        who = self._reception.who(request)
        if may(who.account.role, Ability.SEE_CASELOAD) is not Access.GRANTED:
            return RedirectResponse("/rules", 303)  # the first page of a clinician
        least: Severity | None = next((one for one in get_args(Severity) if one == at_least), None)
        text = printable(text).strip()
        found = caseload_page.open_page(self._desk, who, text, least, page)
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

    def _rules(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = rule_pages.open_list(self._desk, who)
        return self._reception.answer(
            found, lambda cards: pages.rules(self._reception.frame(who), cards)
        )

    def _rule(self, request: Request, rule_id: str) -> Response:
        who = self._reception.who(request)
        found = rule_pages.open_page(self._desk, who, rule_id)
        return self._reception.answer(
            found, lambda page: pages.rule(self._reception.frame(who), page)
        )

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
            return self._reception.message(403, *NOT_YOUR_ROLE)
        if done is None:
            return self._reception.message(404, *NOT_FOUND)
        return RedirectResponse(f"/on-call?did={'take-over' if done else 'on-call-already'}", 303)

    def _act(
        self, request: Request, alert_id: Annotated[int, Path(ge=1, le=LAST_ID)], what: str
    ) -> Response:
        who = self._reception.who(request)
        if what == "undo":
            done = buttons.undo(self._desk, who, alert_id)
        elif what in _ACTS:
            done = buttons.act(self._desk, who, alert_id, _ACTS[what])
        else:
            return self._reception.message(404, *NOT_FOUND)
        return self._after(done, alert_id, what)

    def _after(self, done: ActOutcome, alert_id: int, what: str) -> Response:
        """Lead back to the client, so that a reload does not act again."""
        if done.result is ActResult.UNKNOWN:
            return self._reception.message(404, *NOT_FOUND)
        if done.result is ActResult.REFUSED:
            return self._reception.message(403, *NOT_YOURS)
        did = what if done.result is ActResult.COUNTED else done.result.value
        return RedirectResponse(pages.address_of(done.client_ref, alert_id, did, done.owner), 303)
