"""The pages about emergency access, as HTML."""

from __future__ import annotations

from engine.model.emergency_access import (
    LONGEST_REASON,
    SHORTEST_REASON,
    EmergencyPage,
    is_overdue,
)
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.page_language import in_language


def ask(frame: Frame, *, again: bool = False) -> str:
    """Render the refusal of a client's page, with the form that opens the client in an emergency.

    Args:
        frame: The frame around it.
        again: Whether the person gave too short a reason.
    """
    return render_page(
        "console/emergency.html", frame, "Not your client",
        again=again, shortest=SHORTEST_REASON, longest=LONGEST_REASON,
    )  # fmt: skip


def listed(frame: Frame, page: EmergencyPage) -> str:
    """Render the list of emergency accesses, and the buttons that close them."""
    rows = [
        {
            "access": one,
            "began": in_language("{time} ago", time=when.ago(one.began_at, page.now)),
            "stands": one.reviewed_at is None and one.ends_at > page.now,
            "overdue": is_overdue(one, page.now),
            "left": when.ago(page.now, one.ends_at),
            "reviewed": one.reviewed_at
            and in_language("{time} ago", time=when.ago(one.reviewed_at, page.now)),
        }
        for one in page.accesses
    ]
    return render_page(
        "console/emergency_list.html", frame, "Emergency access", rows=rows, page=page
    )
