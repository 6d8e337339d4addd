"""Signing in and out."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from engine.access.sign_in import LinkState
from engine.flows.console import passkey_sign_in, password_sign_in, signing_in
from engine.flows.console.password_sign_in import PasswordResult, Visitor
from engine.presentation.console import account_pages, pages
from engine.web.console.cookies import KnownBrowserCookie
from engine.web.console.reception import Reception, Sent, Typed
from engine.web.console.sentences import LINK_WORDS, SIGNED_OUT, of_password


class SignInRoutes:
    """The page behind a sign-in link, the form, passkeys, and the way out."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._known = KnownBrowserCookie(reception.url)
        self._party = passkey_sign_in.party_of(reception.url)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/sign-in")(self._form)
        app.post("/sign-in")(self._by_password)
        app.post("/passkey/sign-in-options")(self._passkey_options)
        app.post("/passkey/sign-in")(self._by_passkey)
        app.get("/sign-in/{token}")(self._open_link)
        app.post("/sign-in/{token}")(self._use_link)
        app.get("/signed-out")(self._signed_out)
        app.post("/sign-out")(self._sign_out)

    def _form(self) -> Response:
        return self._show_form("", "", 200)

    def _show_form(self, name: str, said: str, status: int) -> Response:
        frame = self._reception.frame()
        page = account_pages.sign_in_form(
            frame, name, said, passkeys=self._party is not None, provider=self._reception.provider
        )
        return HTMLResponse(page, status_code=status)

    def _by_password(self, request: Request, typed: Typed) -> Response:
        name = typed.get("name", "").strip()[:64]
        address = request.client.host if request.client else ""
        visitor = Visitor(address, _agent(request), self._known.read(request))
        password, code = typed.get("password", ""), typed.get("code", "")
        done = password_sign_in.sign_in(self._desk, name, password, code, visitor)
        if done.result is not PasswordResult.SIGNED_IN:
            wrong = done.result in {PasswordResult.WRONG, PasswordResult.NO_KEY}
            status = 403 if wrong else 429
            response = self._show_form(name, of_password(done.result, done.wait), status)
            if done.wait:
                response.headers["Retry-After"] = str(done.wait)
            return response
        response = self._reception.let_in(request, done.session)
        if done.known:
            self._known.write(response, done.known)
        return response

    def _passkey_options(self) -> Response:
        if self._party is None:
            return self._reception.not_found()
        return JSONResponse(passkey_sign_in.sign_in_options(self._desk, self._party))

    def _by_passkey(self, request: Request, sent: Sent) -> Response:
        if self._party is None:
            return self._reception.not_found()
        session = passkey_sign_in.sign_in(self._desk, self._party, sent, _agent(request))
        if not session:
            return JSONResponse({}, status_code=403)
        response = JSONResponse({"to": self._reception.wanted(request)})
        self._reception.give(response, session)
        return response

    def _open_link(self, token: str) -> Response:
        state, name = signing_in.account_of_link(self._desk.database, token, self._desk.now())
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        return HTMLResponse(pages.sign_in(self._reception.frame(), name, f"/sign-in/{token}"))

    def _use_link(self, request: Request, token: str) -> Response:
        state, session = signing_in.sign_in(
            self._desk.database, token, self._desk.now(), _agent(request)
        )
        if state is not LinkState.USABLE:
            return self._reception.message(403, *LINK_WORDS[state])
        return self._reception.let_in(request, session)

    def _sign_out(self, request: Request) -> Response:
        cookie = self._reception.cookie
        signing_in.sign_out(self._desk.database, cookie.read(request), self._desk.now())
        response = RedirectResponse("/signed-out", status_code=303)
        cookie.forget(response)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _signed_out(self) -> Response:
        return self._reception.message(200, *SIGNED_OUT)


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
