"""The list of accounts. Only people who manage accounts see it."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import account_list
from engine.flows.console.signing_in import SignedIn
from engine.presentation.console import account_pages
from engine.web.console.reception import Reception, Typed


class AccountListRoutes:
    """The page with all accounts, and its buttons."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/accounts")(self._list)
        app.post("/accounts")(self._add)
        app.post("/accounts/{name}/{what}")(self._change)

    def _list(self, request: Request) -> Response:
        return self._show(self._reception.who(request))

    def _show(self, who: SignedIn, name: str = "", token: str = "") -> Response:
        found = account_list.open_page(self._desk, who)
        link = f"{self._reception.url}/sign-in/{token}" if token else ""
        return self._reception.answer(
            found,
            lambda page: account_pages.every(self._reception.frame(who), page, name, link),
        )

    def _add(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        name = typed.get("name", "").strip()
        done = account_list.add(
            self._desk, who, name, typed.get("role", ""), typed.get("staff", "")
        )
        return self._after(who, name, done)

    def _change(self, request: Request, name: str, what: str) -> Response:
        who = self._reception.who(request)
        done = account_list.change(self._desk, who, name, what)
        return self._reception.not_found() if done is None else self._after(who, name, done)

    def _after(self, who: SignedIn, name: str, done: str | Access) -> Response:
        """Show a new link this once; without one, lead back to the list."""
        if isinstance(done, Access):
            return self._reception.refused(done)
        return self._show(who, name, done) if done else RedirectResponse("/accounts", 303)
