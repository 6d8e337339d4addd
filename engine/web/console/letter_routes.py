"""The routes of a client's letters."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response

from engine.access.abilities import Access
from engine.flows.console import letters
from engine.flows.console.signing_in import SignedIn
from engine.model.letters_page import LettersPage
from engine.model.printable import printable
from engine.presentation.console import letter_pages
from engine.web.console.reception import Reception, Typed, id_in
from engine.web.console.sentences import said_of


class LetterRoutes:
    """Previewing and releasing letters, and revoking a consent."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/letters/{ref:path}")(self._open)
        app.post("/letters/{ref:path}")(self._act)

    def _open(self, request: Request, ref: str, did: str = "") -> Response:
        who = self._reception.who(request)
        found = letters.open_page(self._desk, who, printable(ref))
        return self._answer(who, found, 200, said_of(did, ""))

    def _act(self, request: Request, ref: str, typed: Typed) -> Response:
        who, ref = self._reception.who(request), printable(ref)
        match typed.get("what"):
            case "preview":
                return self._preview(who, ref, typed)
            case "release":
                return self._release(who, ref, typed)
            case "revoke" if (consent_id := id_in(typed, "consent")) is not None:
                done = letters.revoke(self._desk, who, ref, consent_id)
                if isinstance(done, LettersPage):
                    return self._answer(who, done, 422)
                return self._reception.after(done, f"/letters/{quote(ref, safe='')}?did=revoked")
        return self._reception.not_found()

    def _preview(self, who: SignedIn, ref: str, typed: Typed) -> Response:
        found = letters.preview(self._desk, who, ref, typed)
        if found is None or isinstance(found, Access):
            return self._answer(who, found, 200)
        page, words = found
        frame = self._reception.frame(who)
        status = 422 if words is None else 200
        return self._reception.page(letter_pages.letters(frame, page, words), status)

    def _release(self, who: SignedIn, ref: str, typed: Typed) -> Response:
        found = letters.release(self._desk, who, ref, typed)
        if not isinstance(found, tuple):
            return self._answer(who, found, 422)
        record, pdf = found
        named = f'attachment; filename="letter-{record.letter.id}.pdf"'
        return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": named})

    def _answer(
        self, who: SignedIn, found: LettersPage | Access | None, status: int, said: str = ""
    ) -> Response:
        frame = self._reception.frame(who)
        return self._reception.answer(
            found, lambda page: letter_pages.letters(frame, page, said=said), status
        )
