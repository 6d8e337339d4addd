"""Lets people in and answers them: who asks, and pages, refusals and faults as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl, quote, unquote

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse

from engine.access.abilities import Ability, Access, may
from engine.errors import StoreUnavailableError, UserError
from engine.flows.console import own_account, rule_release, signing_in
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.account import IDLE_US, SignInWay
from engine.model.printable import printable
from engine.presentation.console import pages
from engine.presentation.console.frame import Frame
from engine.presentation.page_language import speak, spoken
from engine.store.intake import source_health
from engine.store.operations import channel_state, job_runs
from engine.web.console.cookies import SessionCookie, WantedPageCookie
from engine.web.console.sentences import (
    DATABASE_AWAY,
    NOBODY,
    NOT_FOUND,
    NOT_YOUR_DRAFT,
    NOT_YOUR_ROLE,
    NOT_YOURS,
    OUR_FAULT,
)

LAST_ID = 2**63 - 1
_REFUSALS: Mapping[Access, tuple[str, str]] = {
    Access.NOT_THEIR_ROLE: NOT_YOUR_ROLE,
    Access.NOT_THEIR_CLIENT: NOT_YOURS,
    Access.NOT_THEIR_DRAFT: NOT_YOUR_DRAFT,
}
_IDLE_SECONDS = IDLE_US // 1_000_000
# Fields that no page gives back.
_SECRETS = frozenset({"password", "again", "code", "secret"})
# A path of the console, which leads to no other host.
_OUR_PAGE = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
_LONGEST_BODY = 1024 * 1024  # bytes of a form; a large rule file with its cases fits

_Shown = TypeVar("_Shown")
_log = structlog.get_logger()


class SignedOutError(Exception):
    """A request comes from nobody who is signed in."""


async def _typed(request: Request) -> Mapping[str, str]:
    """Read a form; it stays with the request, so that a failure can give it back."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise UserError("The form is longer than a megabyte. Go back, and send less at once.")
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    lines = {name: value.replace("\r\n", "\n") for name, value in pairs}
    request.state.typed = {name: printable(value) for name, value in lines.items()}
    return dict(request.state.typed)


async def _sent(request: Request) -> str:
    """Read what a script sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: _LONGEST_BODY - len(body)]
    return body.decode("utf-8", "replace")


Typed = Annotated[Mapping[str, str], Depends(_typed)]
Sent = Annotated[str, Depends(_sent)]


def id_in(typed: Mapping[str, str], name: str) -> int | None:
    """Return an id in a form; None if it is left out or can be none."""
    text = typed.get(name, "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LAST_ID
        else None
    )


class Reception:
    """What every part of the console needs to answer a request."""

    def __init__(self, desk: Desk, url: str, provider: str = "") -> None:
        """Take what the console is about.

        Args:
            desk: The engine as the pages see it.
            url: The URL by which people call the console.
            provider: What people call the identity provider; empty if there is none.
        """
        self.desk = desk
        self.url = url
        self.provider = provider
        self.cookie = SessionCookie(url)
        self._wanted = WantedPageCookie(url)

    def add_to(self, app: FastAPI) -> None:
        """Add the pages for what goes wrong."""
        app.exception_handler(404)(self.missing)
        app.exception_handler(405)(self.missing)
        app.exception_handler(RequestValidationError)(self.missing)
        app.exception_handler(SignedOutError)(self.nobody)
        app.exception_handler(UserError)(self.mistake)
        app.exception_handler(StoreUnavailableError)(self.no_database)

    def who(self, request: Request) -> SignedIn:
        """Return who a request comes from.

        Raises:
            SignedOutError: It comes from nobody who is signed in.
        """
        token = self.cookie.read(request)
        if not token:
            raise SignedOutError
        state, who = signing_in.who(self.desk.database, token, self.desk.now())
        if who is None:
            _log.info("console session refused", why=state.value)
            raise SignedOutError
        return who

    def let_in(self, request: Request, session: str) -> Response:
        """Lead a person who has just signed in to the page that they wanted."""
        response = RedirectResponse(self.wanted(request), status_code=303)
        self.give(response, session)
        return response

    def give(self, response: Response, session: str) -> None:
        """Give the browser the token of a new session."""
        self.cookie.write(response, session)
        self._wanted.forget(response)

    def wanted(self, request: Request) -> str:
        """Return the page that a person wanted before signing in; the first page if none."""
        page = unquote(self._wanted.read(request))
        return page if _OUR_PAGE.fullmatch(page) else "/"

    def answer(
        self, found: _Shown | Access | None, show: Callable[[_Shown], str], status: int = 200
    ) -> Response:
        """Answer with the page of what a flow found, or say why there is none."""
        if found is None:
            return self.not_found()
        if isinstance(found, Access):
            return self.refused(found)
        return self.page(show(found), status)

    def page(self, page: str, status: int) -> Response:
        """Answer with a page; left open, it ends with the session."""
        leaves = {"Refresh": f"{_IDLE_SECONDS}; url=/signed-out"}
        return HTMLResponse(page, status_code=status, headers=leaves)

    def refused(self, access: Access) -> Response:
        """Say why the account must not see or do something."""
        return self.message(403, *_REFUSALS[access])

    def not_found(self) -> Response:
        """Say that there is no such page."""
        return self.message(404, *NOT_FOUND)

    def after(self, done: object, address: str) -> Response:
        """Lead on after a form, so that a reload does not send it again; or say why it failed."""
        if done is None:
            return self.not_found()
        if isinstance(done, Access):
            return self.refused(done)
        return RedirectResponse(address, 303)

    def message(
        self, status: int, title: str, text: str, link: tuple[str, str] | None = None
    ) -> Response:
        """Answer with a page that says one thing; `link` is an address and its words."""
        page = pages.message(Frame("", "", self.desk.now()), title, text, link=link)
        return HTMLResponse(page, status_code=status)

    def frame(self, who: SignedIn | None = None) -> Frame:
        """Return the frame around a page."""
        if who is None:
            return Frame("", "", self.desk.now())
        with self.desk.database.read() as conn:
            run = job_runs.read(conn).get("evaluate")
            feeds = source_health.read(conn)
            texts_stopped = channel_state.read(conn).since
            by_link = who.session.way in (None, SignInWay.LINK)
            proposals = tuple(one.id for one in rule_release.waiting(conn, self.desk, who))
            unset = by_link and not own_account.can_sign_in(conn, who.account)
        role = who.account.role
        judged = run.succeeded_at if run else None
        granted = frozenset(one.value for one in Ability if may(role, one) is Access.GRANTED)
        return Frame(
            who.account.name,
            role.value.replace("_", " "),
            self.desk.now(),
            judged,
            granted,
            sign_in_unset=unset,
            outages=tuple(
                (name, feed.out_since) for name, feed in feeds.items() if feed.out_since is not None
            ),
            texts_stopped=texts_stopped,
            proposals=proposals,
        )

    def nobody(self, request: Request, error: Exception) -> Response:
        """Answer a request of nobody who is signed in."""
        # What an address asks for may name a client, so the link to another language leaves it out.
        speak(spoken())
        response = self.message(401, *NOBODY, link=("/sign-in", "Sign in"))
        self.cookie.forget(response)
        if request.method == "GET" and request.url.path != "/":
            self._wanted.write(response, quote(request.url.path, safe=""))
        return response

    def missing(self, request: Request, error: Exception) -> Response:
        """Answer a request for a page that is not there."""
        return self.not_found()

    def mistake(self, request: Request, error: Exception) -> Response:
        """Answer a request that holds a mistake."""
        return self.message(400, "That cannot be read", str(error))

    def no_database(self, request: Request, error: Exception) -> Response:
        """Answer while the database cannot be used, and give back what the person typed."""
        _log.warning("console without database", why=str(error))
        typed = getattr(request.state, "typed", {})
        if _SECRETS & typed.keys():
            typed = {}
        frame, action = Frame("", "", self.desk.now()), request.url.path
        page = pages.unsaved(frame, *DATABASE_AWAY, action, typed)
        return HTMLResponse(page, status_code=503)

    def fault(self, request: Request, error: Exception) -> Response:
        """Answer a request on which we failed."""
        # The route and not the path, which may hold the token of a sign-in link.
        route = getattr(request.scope.get("route"), "path", "")
        _log.error("console fault", route=route, exc_info=error)
        return self.message(500, *OUR_FAULT)
