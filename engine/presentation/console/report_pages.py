"""The console's form for reports, and the way back from a report to it."""

from __future__ import annotations

from engine.model.report_form import ReportForm
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.rendering import render


def report_form(frame: Frame, form: ReportForm) -> str:
    """Render the form that asks for a report."""
    return render_page("console/reports.html", frame, "Reports", form=form)


def with_way_back(page: str) -> str:
    """Return a page that stands by itself with the way back to the console."""
    return page.replace("<main>", f"<main>{render('console/report_back.html')}", 1)
