"""The console's pages about studies of rules, as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import itemgetter

from engine.model.rule_draft import RuleStudy, StudyKind, StudyState
from engine.model.rule_editor import StudiesPage
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.page_language import in_language, translate
from engine.presentation.rendering import render

_SAID = {
    "begun": "It runs. This page loads itself again until it is done.",
    "busy": "Nothing was begun: another one runs, and one runs at a time.",
    "cancelled": "It is cancelled.",
}
_KINDS = {StudyKind.PREVIEW: "Preview", StudyKind.TUNE: "Search among numbers"}
_STATES = {
    StudyState.DONE: "done",
    StudyState.FAILED: "failed",
    StudyState.CANCELLED: "cancelled",
}


def studies(frame: Frame, page: StudiesPage, did: str, rule: str, draft: str) -> str:
    """Render the studies that run, those that have ended, and the form that begins another one.

    Args:
        frame: The frame around it.
        page: The facts.
        did: What a button just did.
        rule: The rule that the form shows as chosen.
        draft: The draft that the form asks about; empty for the rules of the folder.
    """
    now = page.running
    if did == "begun" and now is None:
        did = ""  # the page has loaded itself again, and the study has ended
    return render_page(
        "console/rule_studies.html", frame, "Previews",
        page=page, said=translate(_SAID.get(did, "")), rule=rule, draft=draft,
        running=now and _asked(now.study, frame),
        rows=[_asked(one, frame) for one in page.ended],
        choices=sorted(((one, name or one) for one, name in page.rules), key=itemgetter(1)),
    )  # fmt: skip


def study(found: RuleStudy) -> str:
    """Return the page that the command made, with the way back to the console."""
    back = render("console/study_back.html", study=found)
    return found.page.replace("<main>", f"<main>{back}", 1)


def _asked(one: RuleStudy, frame: Frame) -> Mapping[str, object]:
    asked = json.loads(one.asked)
    return {
        "study": one,
        "kind": translate(_KINDS[one.kind]),
        "state": translate(_STATES[one.state]),
        "asked": {name: value for name, value in asked.items() if value},
        "ago": in_language("{time} ago", time=when.ago(one.began_at, frame.now)),
    }
