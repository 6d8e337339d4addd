"""The routes of the roster's forms and of absences."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request, Response

from engine.access.abilities import Access
from engine.flows.console import absence_page, roster_forms
from engine.model.absence_page import AbsencePage
from engine.model.intake import RosterKind
from engine.model.printable import printable
from engine.model.roster_form import FIELDS, RosterPage
from engine.presentation.console import roster_page
from engine.web.console.reception import Reception, Typed, id_in
from engine.web.console.sentences import said_of

_Text = Annotated[str, Query(max_length=200)]


class RosterRoutes:
    """Keeping the roster by hand."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/roster/{kind}")(self._open)
        app.post("/roster/{kind}")(self._save)
        app.get("/absences")(self._absences)
        app.post("/absences")(self._away)

    def _open(
        self, request: Request, kind: str, client: _Text = "", change: _Text = "", did: str = ""
    ) -> Response:
        who, part = self._reception.who(request), _part(kind)
        if part is None:
            return self._reception.not_found()
        ref = printable(client) if part != "staff" else ""
        found = roster_forms.open_page(self._desk, who, part, ref, printable(change))
        said = said_of(did, "")
        return self._reception.answer(
            found, lambda page: roster_page.roster(self._reception.frame(who), page, said)
        )

    def _save(self, request: Request, kind: str, typed: Typed) -> Response:
        who, part = self._reception.who(request), _part(kind)
        if part is None:
            return self._reception.not_found()
        saved = roster_forms.save(self._desk, who, part, typed)
        if isinstance(saved, RosterPage):
            frame = self._reception.frame(who)
            return self._reception.answer(saved, lambda page: roster_page.roster(frame, page), 422)
        about = {"client": saved} if saved and not isinstance(saved, Access) else {}
        return self._reception.after(saved, f"/roster/{part}?{urlencode({**about, 'did': 'kept'})}")

    def _absences(self, request: Request, did: str = "") -> Response:
        who = self._reception.who(request)
        return self._away_page(request, absence_page.open_page(self._desk, who), said_of(did, ""))

    def _away(self, request: Request, typed: Typed) -> Response:
        who, absence = self._reception.who(request), id_in(typed, "absence")
        if typed.get("what") == "remove" and absence is not None:
            removed = absence_page.remove(self._desk, who, absence)
            return self._reception.after(removed, "/absences?did=absence-removed")
        if typed.get("what") == "look":
            return self._away_page(request, absence_page.look_ahead(self._desk, who, typed), "")
        added = absence_page.add(self._desk, who, typed)
        if isinstance(added, AbsencePage):
            return self._away_page(request, added, "", 422)
        return self._reception.after(added, "/absences?did=kept")

    def _away_page(
        self, request: Request, found: AbsencePage | Access, said: str, status: int = 200
    ) -> Response:
        who = self._reception.who(request)
        return self._reception.answer(
            found,
            lambda page: roster_page.absences(self._reception.frame(who), page, said),
            status,
        )


def _part(kind: str) -> RosterKind | None:
    return next((one for one in FIELDS if one == kind), None)
