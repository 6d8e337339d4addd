"""A search among variants, or a derived scorecard, as one page by itself."""

from __future__ import annotations

from engine.presentation.charts import Chart, lifts
from engine.presentation.rendering import render
from engine.presentation.tuning.scorecard_sections import Derivation, scorecard_sections
from engine.presentation.tuning.sections import sections
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult


def page(found: TuningResult, tried: Tried) -> str:
    """Write the whole page; it fetches nothing, runs nothing and names no client."""
    shown = sections(found, tried)
    charts: dict[str, Chart | None] = dict.fromkeys((one.name for one in shown), None)
    charts["front"] = _front(found, tried)
    return render("tuning.html", sections=shown, charts=charts)


def scorecard_page(one: Derivation) -> str:
    """Write the whole page of a derived scorecard."""
    shown = scorecard_sections(one)
    return render("tuning.html", sections=shown, charts=dict.fromkeys(each.name for each in shown))


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
