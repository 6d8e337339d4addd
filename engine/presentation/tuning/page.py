"""A search among variants as one page by itself."""

from __future__ import annotations

from engine.presentation.rendering import render
from engine.presentation.tuning.sections import sections
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult


def page(found: TuningResult, tried: Tried) -> str:
    """Write the whole page; it fetches nothing, runs nothing and names no client."""
    return render("tuning.html", sections=sections(found, tried))
