"""A client's care plan as a page."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.plan_page import ExpectationShown, PlanPage
from engine.model.schedule import Outcome
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.page_language import in_language, translate

_SIGNS = {
    None: "open",
    Outcome.KEPT: "✓ kept",
    Outcome.MISSED: "✗ missed",
    Outcome.EXCUSED: "– excused",
    Outcome.WITHDRAWN: "– withdrawn",
    Outcome.HELD: "– held",
}


def plan(frame: Frame, page: PlanPage, said: str = "") -> str:
    """Render a client's plan; `said` is the sentence about what a form just did."""
    facts = [
        {"fact": one, "at": "" if one.due is None else when.at(one.due, page.zones).split(",")[0]}
        for one in page.facts
    ]
    coming = [{"title": one.title, "at": when.at(one.due, page.zones)} for one in page.coming]
    return render_page(
        "console/plan.html", frame, in_language("Plan of {ref}", ref=page.ref),
        page=page, facts=facts, coming=coming, due=[_due(one, page) for one in page.due], said=said,
    )  # fmt: skip


def _due(one: ExpectationShown, page: PlanPage) -> Mapping[str, object]:
    typed = page.typed
    tried = (typed.get("schedule"), typed.get("day")) == (one.schedule_id, one.day.isoformat())
    return {
        "one": one,
        "at": when.at(one.due, page.zones),
        "sign": translate(_SIGNS[one.outcome]),
        "missed": one.outcome is Outcome.MISSED,
        "why": str(one.reason) if one.reason and one.reason.value not in {"done"} else "",
        "asked": "" if one.asked is None else when.at(one.asked, page.zones),
        "tried": tried and bool(page.mistake),
    }
