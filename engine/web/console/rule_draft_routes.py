"""The console's routes about rule files and their drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import rule_drafts, rule_file_changes, rule_history, rule_release
from engine.flows.console.rule_file_changes import NewFileFault
from engine.flows.console.rule_hints import RuleHints
from engine.flows.console.signing_in import SignedIn
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage
from engine.presentation.console import draft_pages, pages
from engine.presentation.console.draft_sentences import went_back
from engine.web.console.reception import LAST_ID, Reception, SignedOutError, Typed
from engine.web.console.sentences import SIGN_IN_ELSEWHERE, of_new_file

_CONFLICTS = frozenset({DraftNotice.SAVED_ELSEWHERE, DraftNotice.IS_PROPOSED})
DraftId = Annotated[int, Path(ge=1, le=LAST_ID)]


class RuleDraftRoutes:
    """The routes; what a person typed comes back whatever goes wrong."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk
        self._hints = RuleHints(reception.desk)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/rule-files")(self._files)
        app.post("/rule-files")(self._begin_new)
        app.get("/rule-files/{file}")(self._file)
        app.post("/rule-files/{file}/draft")(self._begin)
        app.get("/rule-files/{file}/history")(self._history)
        app.post("/rule-files/{file}/go-back")(self._go_back)
        app.get("/rule-drafts/{draft_id}")(self._draft)
        app.post("/rule-drafts/{draft_id}")(self._write)

    def _files(self, request: Request) -> Response:
        return self._list(request)

    def _list(
        self, request: Request, name: str = "", fault: NewFileFault | None = None
    ) -> Response:
        who = self._reception.who(request)
        found = rule_drafts.open_files(self._desk, who)
        frame, said = self._reception.frame, of_new_file(fault) if fault else ""
        return self._reception.answer(
            found,
            lambda cards: draft_pages.files(frame(who), cards, name, said),
            422 if fault else 200,
        )

    def _begin_new(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        name = typed.get("name", "")
        begun = rule_file_changes.begin_new(self._desk, who, name, typed.get("copied", ""))
        if isinstance(begun, NewFileFault):
            return self._list(request, name, begun)
        return self._lead(begun)

    def _file(self, request: Request, file: str) -> Response:
        who = self._reception.who(request)
        found = rule_drafts.open_file(self._desk, who, file)
        frame = self._reception.frame
        return self._reception.answer(found, lambda page: draft_pages.file(frame(who), page))

    def _begin(self, request: Request, file: str, typed: Typed) -> Response:
        who, desk = self._reception.who(request), self._desk
        match typed.get("what"):
            case "remove":
                begun = rule_file_changes.begin_removal(desk, who, file)
            case "retire":
                rule = typed.get("rule", "")
                begun = rule_file_changes.begin_retirement(desk, who, file, rule)
            case _:
                begun = rule_drafts.begin(desk, who, file)
        return self._lead(begun)

    def _lead(self, begun: int | Access | None) -> Response:
        """Lead to a draft that has begun."""
        if isinstance(begun, int):
            return RedirectResponse(f"/rule-drafts/{begun}?did=begun", 303)
        return self._reception.answer(begun, lambda _: "")

    def _draft(self, request: Request, draft_id: DraftId, did: str = "") -> Response:
        who = self._reception.who(request)
        notice = next((one for one in DraftNotice if one.value == did), DraftNotice.NOTHING)
        found = rule_drafts.open_draft(self._desk, who, draft_id, notice)
        if isinstance(found, DraftPage) and found.draft.state is DraftState.PROPOSED:
            found = rule_drafts.with_cases(self._desk, found)  # who decides sees how they go
        return self._show(request, found)

    def _history(self, request: Request, file: str) -> Response:
        who = self._reception.who(request)
        found = rule_history.open_history(self._desk, who, file)
        frame, timezone = self._reception.frame, self._desk.settings.timezone
        return self._reception.answer(
            found, lambda page: draft_pages.history(frame(who), page, timezone)
        )

    def _go_back(self, request: Request, file: str, typed: Typed) -> Response:
        who = self._reception.who(request)
        why = went_back(typed.get("when", ""))
        rule_set = _number(typed.get("rule_set", ""))
        done = rule_history.go_back(self._desk, who, file, rule_set, why)
        if isinstance(done, DraftPage):
            return RedirectResponse(f"/rule-drafts/{done.draft.id}?did={done.notice}", 303)
        return self._reception.answer(done, lambda _: "")

    def _write(self, request: Request, draft_id: DraftId, typed: Typed) -> Response:
        try:
            who = self._reception.who(request)
        except SignedOutError:
            return self._signed_out(request, typed)
        if typed.get("do") == "complete":
            return self._complete(who, typed)
        done = self._done(who, draft_id, typed)
        if isinstance(done, RuleDraft):
            file = f"/{done.file}" if done.base.rules else ""  # a new file is in no folder
            return RedirectResponse(f"/rule-files{file}", 303)
        if isinstance(done, DraftPage) and typed.get("do") == "live":
            return HTMLResponse(draft_pages.panel(done))
        if isinstance(done, DraftPage) and done.notice is DraftNotice.RELEASED:
            return RedirectResponse(f"/rule-drafts/{draft_id}?did={done.notice}", 303)
        return self._show(request, done, typed.get("why", ""))

    def _complete(self, who: SignedIn, typed: Mapping[str, str]) -> Response:
        line, column = _number(typed.get("line", "")), _number(typed.get("column", ""))
        field, text = typed.get("field", "rules"), typed.get("text", "")
        found = self._hints.at(who, field, text, max(line, 1), max(column, 1))
        return self._reception.answer(found, draft_pages.hints)

    def _done(
        self, who: SignedIn, draft_id: int, typed: Mapping[str, str]
    ) -> DraftPage | RuleDraft | Access | None:
        """Do what the pressed button says."""
        desk, version = self._desk, _number(typed.get("version", ""))
        texts = RuleFileTexts(typed.get("rules", ""), typed.get("cases", ""))
        why = typed.get("why", "")
        match typed.get("do"):
            case "drop":
                return rule_drafts.drop(desk, who, draft_id, version)
            case "rebase":
                return rule_drafts.rebase(desk, who, draft_id, version)
            case "propose":
                return rule_release.propose(desk, who, draft_id, version, texts, why)
            case "take-back":
                return rule_release.take_back(desk, who, draft_id, version)
            case "send-back":
                answer = typed.get("answer", "")
                return rule_release.send_back(desk, who, draft_id, version, answer)
            case "approve":
                anyway = typed.get("anyway") == "yes"
                return rule_release.approve(desk, who, draft_id, version, anyway=anyway)
            case "try":
                return self._with_cases(rule_drafts.open_draft(desk, who, draft_id))
            case "check":
                return self._with_cases(rule_drafts.save(desk, who, draft_id, version, texts))
            case _:
                return rule_drafts.save(desk, who, draft_id, version, texts)

    def _with_cases(self, found: DraftPage | Access | None) -> DraftPage | Access | None:
        return rule_drafts.with_cases(self._desk, found) if isinstance(found, DraftPage) else found

    def _show(self, request: Request, found: DraftPage | Access | None, why: str = "") -> Response:
        """Show a draft; the page does not leave by itself, because a person may be writing."""
        if not isinstance(found, DraftPage):
            return self._reception.answer(found, lambda _: "")
        frame = self._reception.frame(self._reception.who(request))
        status = 409 if found.notice in _CONFLICTS else 200
        return HTMLResponse(draft_pages.draft(frame, found, why), status_code=status)

    def _signed_out(self, request: Request, typed: Mapping[str, str]) -> Response:
        """Give the typed text back, because a session may end while a person writes."""
        frame = self._reception.frame()
        page = pages.unsaved(frame, *SIGN_IN_ELSEWHERE, request.url.path, typed)
        return HTMLResponse(page, status_code=401)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
