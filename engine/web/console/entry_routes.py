"""The routes of events that are entered by hand."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Query, Request, Response

from engine.flows.console import entries
from engine.model.entry import EntryPage
from engine.model.printable import printable
from engine.presentation.console import entry_page
from engine.web.console.conversation_routes import FORM_BITS
from engine.web.console.reception import Reception, Typed, id_in
from engine.web.console.sentences import said_of


class EntryRoutes:
    """Entering, correcting and withdrawing events."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/entries/{ref:path}")(self._open)
        app.post("/entries/{ref:path}")(self._act)

    def _open(
        self,
        request: Request,
        ref: str,
        kind: Annotated[str, Query(max_length=40)] = "check_in",
        key: Annotated[str | None, Query(max_length=100)] = None,
        did: str = "",
    ) -> Response:
        who = self._reception.who(request)
        found = entries.open_page(self._desk, who, printable(ref), kind, key or None)
        form, said = secrets.randbits(FORM_BITS), said_of(did, "")
        return self._reception.answer(
            found,
            lambda page: entry_page.entries(self._reception.frame(who), page, form, said),
        )

    def _act(self, request: Request, ref: str, typed: Typed) -> Response:
        who, ref = self._reception.who(request), printable(ref)
        address = f"/entries/{quote(ref, safe='')}?did="
        key, form = typed.get("key") or None, id_in(typed, "form")
        if typed.get("what") == "withdraw" and key:
            done = entries.withdraw(self._desk, who, ref, key)
            return self._reception.after(done, f"{address}withdrawn")
        if form is None:
            return self._reception.not_found()
        saved = entries.save(self._desk, who, ref, typed.get("kind", ""), key, form, typed)
        if isinstance(saved, EntryPage):
            frame = self._reception.frame(who)
            return self._reception.answer(
                saved, lambda page: entry_page.entries(frame, page, form), 422
            )
        return self._reception.after(saved, f"{address}{'corrected' if key else 'entered'}")
