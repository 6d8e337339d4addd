"""The console's routes about studies: rules tried on the own caseload."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import RedirectResponse

from engine.access.abilities import Access
from engine.flows.console import rule_studies
from engine.model.rule_draft import RuleStudy, StudyKind
from engine.presentation.console import study_pages
from engine.web.console.own_style import policy_of
from engine.web.console.reception import LAST_ID, Reception, Typed

_ASKED = ("since", "outcome", "rule")
_LOOK_AGAIN = "2"  # seconds


class StudyRoutes:
    """The routes; progress shows by loading the page again."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._desk = reception.desk

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/rule-studies")(self._list)
        app.post("/rule-studies")(self._begin)
        app.post("/rule-studies/cancel")(self._cancel)
        app.get("/rule-studies/{study_id}")(self._study)

    def _list(self, request: Request, did: str = "", rule: str = "", draft: str = "") -> Response:
        who = self._reception.who(request)
        found = rule_studies.open_list(self._desk, who)
        frame = self._reception.frame
        answer = self._reception.answer(
            found, lambda page: study_pages.studies(frame(who), page, did, rule, draft)
        )
        if not isinstance(found, Access) and found.running:
            answer.headers["Refresh"] = _LOOK_AGAIN
        return answer

    def _begin(self, request: Request, typed: Typed) -> Response:
        who = self._reception.who(request)
        kind = StudyKind.TUNE if typed.get("kind") == "tune" else StudyKind.PREVIEW
        asked = {name: typed.get(name, "") for name in _ASKED}
        draft = typed.get("draft", "")
        draft_id = int(draft) if draft.isdecimal() and len(draft) < 19 else None
        begun = rule_studies.begin(self._desk, who, kind, asked, draft_id)
        if isinstance(begun, bool):
            return RedirectResponse(f"/rule-studies?did={'begun' if begun else 'busy'}", 303)
        return self._reception.answer(begun, lambda _: "")

    def _cancel(self, request: Request) -> Response:
        done = rule_studies.cancel(self._desk, self._reception.who(request))
        if done is not Access.GRANTED:
            return self._reception.refused(done)
        return RedirectResponse("/rule-studies?did=cancelled", 303)

    def _study(
        self, request: Request, study_id: Annotated[int, Path(ge=1, le=LAST_ID)]
    ) -> Response:
        who = self._reception.who(request)
        found = rule_studies.open_study(self._desk, who, study_id)
        if not isinstance(found, RuleStudy):
            return self._reception.answer(found, lambda _: "")
        answer = self._reception.answer(found, study_pages.study)
        answer.headers["Content-Security-Policy"] = policy_of(found.page)
        return answer
