"""A search among variants as one page by itself."""

from __future__ import annotations

from collections.abc import Sequence

from engine.presentation.preview.section import Section
from engine.presentation.rendering import render


def page(sections: Sequence[Section]) -> str:
    """Write the whole page; it fetches nothing, runs nothing and names no client."""
    return render("tuning.html", sections=sections)
