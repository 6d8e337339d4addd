"""The console's routes about rule files and their drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import rule_drafts
from engine.model.rule_draft import RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage
from engine.presentation.console import draft_pages, pages
from engine.web.console.reception import LAST_ID, Reception, SignedOutError, Typed
from engine.web.console.sentences import SIGN_IN_ELSEWHERE

DraftId = Annotated[int, Path(ge=1, le=LAST_ID)]


class RuleDraftRoutes:
    """The routes; what a person typed comes back whatever goes wrong."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/rule-files")(self._files)
        app.get("/rule-files/{file}")(self._file)
        app.post("/rule-files/{file}/draft")(self._begin)
        app.get("/rule-drafts/{draft_id}")(self._draft)
        app.post("/rule-drafts/{draft_id}")(self._write)

    def _files(self, request: Request) -> Response:
        who = self._reception.who(request)
        found = rule_drafts.open_files(self._desk, who)
        frame = self._reception.frame
        return self._reception.answer(found, lambda cards: draft_pages.files(frame(who), cards))

    def _file(self, request: Request, file: str) -> Response:
        who = self._reception.who(request)
        found = rule_drafts.open_file(self._desk, who, file)
        frame = self._reception.frame
        return self._reception.answer(found, lambda page: draft_pages.file(frame(who), page))

    def _begin(self, request: Request, file: str) -> Response:
        who = self._reception.who(request)
        begun = rule_drafts.begin(self._desk, who, file)
        if isinstance(begun, int):
            return RedirectResponse(f"/rule-drafts/{begun}?did=begun", 303)
        return self._reception.answer(begun, lambda _: "")

    def _draft(self, request: Request, draft_id: DraftId, did: str = "") -> Response:
        who = self._reception.who(request)
        notice = next((one for one in DraftNotice if one.value == did), DraftNotice.NOTHING)
        return self._show(request, rule_drafts.open_draft(self._desk, who, draft_id, notice))

    def _write(self, request: Request, draft_id: DraftId, typed: Typed) -> Response:
        try:
            who = self._reception.who(request)
        except SignedOutError:
            return self._signed_out(request, typed)
        do, version = typed.get("do", ""), _version(typed)
        if do == "drop":
            dropped = rule_drafts.drop(self._desk, who, draft_id, version)
            if isinstance(dropped, RuleDraft):
                return RedirectResponse(f"/rule-files/{dropped.file}", 303)
            return self._reception.answer(dropped, lambda _: "")
        if do == "rebase":
            return self._show(request, rule_drafts.rebase(self._desk, who, draft_id, version))
        texts = RuleFileTexts(typed.get("rules", ""), typed.get("cases", ""))
        found = rule_drafts.save(self._desk, who, draft_id, version, texts)
        if isinstance(found, DraftPage) and do == "live":
            return HTMLResponse(draft_pages.panel(found))
        if isinstance(found, DraftPage) and do == "check":
            found = rule_drafts.with_cases(self._desk, found)
        return self._show(request, found)

    def _show(self, request: Request, found: DraftPage | Access | None) -> Response:
        """Show a draft; the page does not leave by itself, because a person may be writing."""
        if not isinstance(found, DraftPage):
            return self._reception.answer(found, lambda _: "")
        frame = self._reception.frame(self._reception.who(request))
        status = 409 if found.notice is DraftNotice.SAVED_ELSEWHERE else 200
        return HTMLResponse(draft_pages.draft(frame, found), status_code=status)

    def _signed_out(self, request: Request, typed: Mapping[str, str]) -> Response:
        """Give the typed text back, because a session may end while a person writes."""
        frame = self._reception.frame()
        page = pages.unsaved(frame, *SIGN_IN_ELSEWHERE, request.url.path, typed)
        return HTMLResponse(page, status_code=401)


def _version(typed: Mapping[str, str]) -> int:
    text = typed.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
