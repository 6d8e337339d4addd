"""The form for events entered by hand, and those that were entered."""

from __future__ import annotations

from engine.model.entry import EntryPage
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.console.timeline import in_words
from engine.presentation.page_language import in_language


def entries(frame: Frame, page: EntryPage, form: int, said: str = "") -> str:
    """Render the form; `form` is its number, `said` the sentence about what it just did."""
    listed = [
        (when.at(one.occurred_at, page.zones), in_words(one), one.note or "", one.key)
        for one in page.entries
    ]
    return render_page(
        "console/entries.html", frame, in_language("Events of {ref}", ref=page.ref),
        page=page, entries=listed, form=form, said=said,
    )  # fmt: skip
