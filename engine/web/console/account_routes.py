"""A person's own account: password, passkeys and sessions."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from engine.access import one_time_codes
from engine.flows.console import own_account, passkey_sign_in
from engine.flows.console.signing_in import SignedIn
from engine.presentation.console import account_pages
from engine.web.console.reception import Reception, Sent, Typed
from engine.web.console.sentences import of_new_password


class AccountRoutes:
    """The pages about how one signs in oneself."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._party = passkey_sign_in.party_of(reception.url)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/account")(self._account)
        app.get("/account/password")(self._password_form)
        app.post("/account/password")(self._set_password)
        app.post("/account/passkey-options")(self._passkey_options)
        app.post("/account/passkeys")(self._add_passkey)
        app.post("/account/passkeys/remove")(self._remove_passkey)
        app.post("/account/sessions/end")(self._end_session)

    def _account(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = own_account.open_page(self._desk, who)
        passkeys = self._party is not None
        return self._reception.answer(
            found,
            lambda page: account_pages.own(self._reception.frame(who), page, passkeys=passkeys),
        )

    def _password_form(self, request: Request) -> Response:
        who = self._reception.who(request)
        return self._show_password(who, one_time_codes.new_secret(), "", 200)

    def _show_password(self, who: SignedIn, secret: str, said: str, status: int) -> Response:
        address = one_time_codes.address(secret, who.account.name)
        page = account_pages.password(self._reception.frame(who), secret, address, said)
        return HTMLResponse(page, status_code=status)

    def _set_password(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        secret = typed.get("secret", "")
        password, again = typed.get("password", ""), typed.get("again", "")
        done = own_account.set_password(
            self._desk, who, password, again, secret, typed.get("code", "")
        )
        if isinstance(done, list):
            return HTMLResponse(account_pages.recovery_codes(self._reception.frame(who), done))
        if not one_time_codes.is_secret(secret):
            secret = one_time_codes.new_secret()
        return self._show_password(who, secret, of_new_password(done), 400)

    def _passkey_options(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = self._party and passkey_sign_in.creation_options(self._desk, who, self._party)
        return JSONResponse(found, status_code=200 if found else 403)

    def _add_passkey(self, request: Request, sent: Sent, name: str = "") -> Response:
        who = self._reception.who(request)
        called = name.strip()[:64] or "Passkey"
        if self._party and passkey_sign_in.add(self._desk, who, self._party, called, sent):
            return JSONResponse({"to": "/account"})
        return JSONResponse({}, status_code=403)

    def _remove_passkey(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        own_account.remove_passkey(self._desk, who, typed.get("passkey", ""))
        return RedirectResponse("/account", 303)

    def _end_session(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        own_account.end_session(self._desk, who, typed.get("session", ""))
        return RedirectResponse("/account", 303)
