"""A search among variants, or a derived scorecard, as one page by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.presentation.charts import Chart, lifts
from engine.presentation.preview.section import Section
from engine.presentation.rendering import render
from engine.presentation.tuning.scorecard_sections import Derivation, scorecard_sections
from engine.presentation.tuning.sections import sections
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult


def page(found: TuningResult, tried: Tried) -> str:
    """Write the whole page; it fetches nothing, runs nothing and names no client."""
    return _written(sections(found, tried), {"front": _front(found, tried)})


def scorecard_page(one: Derivation) -> str:
    """Write the whole page of a derived scorecard."""
    return _written(scorecard_sections(one), {})


def _written(shown: Sequence[Section], charts: Mapping[str, Chart | None]) -> str:
    every = {section.name: charts.get(section.name) for section in shown}
    return render("sections.html", title="Handrail tune", sections=shown, charts=every)


def _front(found: TuningResult, tried: Tried) -> Chart | None:
    rows = [
        (f"{one.budget:g} a client-month", one.value.lift)
        for one in found.front
        if one.value.lift.value is not None
    ]
    title = (
        f"How many times as often as after random alerts {tried.outcome} follows, by budget, on "
        "clients on which the choice was not made, with 95 % intervals; 1 is chance"
    )
    return lifts(title, rows) if rows else None
