"""The console's pages about rules and how useful their alerts were, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.model.console_pages import RuleCard, RulePage, RuleUsefulness
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.console.pages import indented
from engine.presentation.page_language import in_language, translate


def rules(
    frame: Frame, cards: Sequence[RuleCard], periods: Sequence[int], period: int | None
) -> str:
    """Render the list of rules.

    Args:
        frame: The frame around it.
        cards: The rules.
        periods: The numbers of days that one may look at.
        period: The one that is looked at; None for all days.
    """
    rows = [{"rule": card, **_row(card.useful)} for card in cards]
    return render_page(
        "console/rules.html", frame, "Rules", rows=rows, periods=periods, period=period
    )


def rule(frame: Frame, page: RulePage) -> str:
    """Render one rule in words."""
    every = [(in_language("{days} days", days=days), one) for days, one in page.periods]
    every.append((translate("all"), page.card.useful))
    return render_page(
        "console/rule.html", frame, page.card.title or page.card.id,
        rule=page, lines=indented(page.words.splitlines()),
        periods=[{"name": name, "useful": one, **_row(one)} for name, one in every],
    )  # fmt: skip


def _row(useful: RuleUsefulness) -> Mapping[str, object]:
    """Return how soon people acted, and which share of the closed alerts was a false alarm."""
    closed = useful.done + useful.false_alarms
    wait = useful.median_wait
    return {
        "wait": "" if wait is None else when.ago(0, wait),
        "false": f"{round(100 * useful.false_alarms / closed)} %" if closed else "",
    }
