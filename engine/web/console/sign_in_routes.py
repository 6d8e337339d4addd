"""Signing in and out."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from engine.access.sign_in import LinkState
from engine.flows.console import signing_in
from engine.presentation.console import pages
from engine.web.console.reception import Reception
from engine.web.console.sentences import LINK_WORDS, SIGNED_OUT


class SignInRoutes:
    """The page behind a sign-in link, and the way out."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/sign-in/{token}")(self._open_link)
        app.post("/sign-in/{token}")(self._use_link)
        app.get("/signed-out")(self._signed_out)
        app.post("/sign-out")(self._sign_out)

    def _open_link(self, token: str) -> Response:
        state, name = signing_in.account_of_link(self._desk.database, token, self._desk.now())
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        return HTMLResponse(pages.sign_in(self._reception.frame(), name, f"/sign-in/{token}"))

    def _use_link(self, token: str) -> Response:
        state, session = signing_in.sign_in(self._desk.database, token, self._desk.now())
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        response = RedirectResponse("/", status_code=303)
        self._reception.cookie.write(response, session)
        return response

    def _sign_out(self, request: Request) -> Response:
        cookie = self._reception.cookie
        signing_in.sign_out(self._desk.database, cookie.read(request), self._desk.now())
        response = RedirectResponse("/signed-out", status_code=303)
        cookie.forget(response)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _signed_out(self) -> Response:
        return self._reception.message(200, *SIGNED_OUT)
