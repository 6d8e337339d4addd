"""The routes of rows that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI, Request, Response

from engine.access.abilities import Access
from engine.flows.console import reject_page
from engine.model.site_pages import RejectedRow
from engine.presentation.console import record_pages
from engine.web.console.reception import Reception, Typed, id_in
from engine.web.console.sentences import said_of


class RejectRoutes:
    """Fixing rows and reading them again."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/rejects")(self._open)
        app.post("/rejects")(self._act)

    def _open(self, request: Request, did: str = "") -> Response:
        who = self._reception.who(request)
        found, said = reject_page.open_page(self._desk, who), said_of(did, "")
        return self._reception.answer(
            found, lambda rows: record_pages.rejects(self._reception.frame(who), rows, said)
        )

    def _act(self, request: Request, typed: Typed) -> Response:
        who, reject, row = (
            self._reception.who(request),
            id_in(typed, "reject"),
            typed.get("row", ""),
        )
        if reject is None:
            return self._reception.not_found()
        if typed.get("what") == "leave":
            left = reject_page.leave_out(self._desk, who, reject)
            return self._reception.after(left, "/rejects?did=left-out")
        mistake = reject_page.read_again(self._desk, who, reject, row)
        if isinstance(mistake, Access) or not mistake:
            return self._reception.after(mistake, "/rejects?did=read-again")
        frame, found = self._reception.frame(who), reject_page.open_page(self._desk, who)
        return self._reception.answer(
            found,
            lambda rows: record_pages.rejects(frame, rows, "", _tried(rows, row), row, mistake),
            422,
        )


def _tried(rows: Sequence[RejectedRow], row: str) -> int | None:
    """Return the row that now waits in place of the one that was tried."""
    return next((one.id for one in rows if one.row == row), None)
