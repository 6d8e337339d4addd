"""The routes of a client's conversation, of notes, and of supporters."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from fastapi import FastAPI, Request, Response

from engine.access.abilities import Access
from engine.flows.console import client_page, conversation, notes
from engine.flows.console.conversation import AnswerResult
from engine.flows.console.signing_in import SignedIn
from engine.model.notify_reason import NotifyReason
from engine.model.printable import printable
from engine.presentation.console import conversation_page, pages
from engine.presentation.console.conversation_page import AgreementTyped, AnswerTyped
from engine.web.console.reception import Reception, Typed, id_in
from engine.web.console.sentences import said_of

FORM_BITS = 62  # what a BIGINT holds


class ConversationRoutes:
    """Reading a client's texts, answering them, writing notes, and asking supporters to call."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/conversation/{ref:path}")(self._open)
        app.post("/conversation/{ref:path}")(self._act)
        app.post("/notes")(self._note)
        app.post("/supporters")(self._ask_supporter)

    def _open(self, request: Request, ref: str, did: str = "") -> Response:
        who = self._reception.who(request)
        return self._page(who, printable(ref), secrets.randbits(FORM_BITS), said_of(did, ""))

    def _act(self, request: Request, ref: str, typed: Typed) -> Response:
        who, ref = self._reception.who(request), printable(ref)
        newest = id_in(typed, "newest") or 0
        if typed.get("what") == "seen":
            seen = conversation.mark_seen(self._desk, who, ref, newest)
            return self._reception.after(seen, f"/conversation/{quote(ref, safe='')}?did=seen")
        if typed.get("what") in {"agree", "withdraw"}:
            return self._agreement(who, ref, typed)
        words, form = typed.get("words", ""), id_in(typed, "form")
        if typed.get("what") != "answer" or form is None:
            return self._reception.not_found()
        done = conversation.answer(self._desk, who, ref, words, form, newest)
        if isinstance(done, AnswerResult) and not done.queued:
            return self._page(who, ref, form, "", words, done.objections)
        return self._reception.after(
            done, f"/conversation/{quote(ref, safe='')}?did=answered#answer"
        )

    def _agreement(self, who: SignedIn, ref: str, typed: Typed) -> Response:
        if typed.get("what") == "agree":
            wrong = conversation.agree(self._desk, who, ref, typed)
        else:
            wrong = conversation.withdraw_agreement(self._desk, who, ref)
        if isinstance(wrong, Access) or not wrong:
            return self._reception.after(wrong, f"/conversation/{quote(ref, safe='')}?did=kept")
        agreement = AgreementTyped(wrong, typed)
        return self._page(who, ref, secrets.randbits(FORM_BITS), agreement=agreement)

    def _page(
        self,
        who: SignedIn,
        ref: str,
        form: int,
        said: str = "",
        typed: str = "",
        objections: tuple[str, ...] = (),
        agreement: AgreementTyped | None = None,
    ) -> Response:
        found = conversation.open_page(self._desk, who, ref)
        frame = self._reception.frame(who)
        answer = AnswerTyped(form, typed, objections)
        return self._reception.answer(
            found,
            lambda page: conversation_page.conversation(frame, page, answer, said, agreement),
            422 if objections or agreement else 200,
        )

    def _ask_supporter(self, request: Request, typed: Typed) -> Response:
        who, ref = self._reception.who(request), typed.get("client", "")
        done = client_page.ask_supporter(self._desk, who, ref, typed.get("supporter", ""))
        did = "asked-to-call" if done is NotifyReason.ALLOWED else "not-asked"
        back = f"/clients/{quote(ref, safe='')}?did={did}#supporters"
        return self._reception.after(done, back)

    def _note(self, request: Request, typed: Typed) -> Response:
        who, ref, words = (
            self._reception.who(request),
            typed.get("client", ""),
            typed.get("words", ""),
        )
        alert = id_in(typed, "alert")
        done = notes.add(self._desk, who, ref, alert, words)
        if isinstance(done, tuple) and done:
            frame, objections = self._reception.frame(who), done
            return self._reception.answer(
                done, lambda _: pages.note(frame, ref, alert, words, objections), 422
            )
        return self._reception.after(done, f"/clients/{quote(ref, safe='')}?did=noted#notes")
