"""Pages come from templates that escape their values and refuse to guess."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from engine.presentation.charts import Bar, Chart, Group, Label
from engine.presentation.preview.section import Section
from engine.presentation.rendering import render

HOSTILE = "<script>alert('x')</script>"


def page_of(section: Section, chart: Chart | None = None) -> str:
    charts = {section.name: chart}
    return render("sections.html", title=HOSTILE, sections=[section], charts=charts)


def test_a_variable_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("sections.html")


def test_text_in_tables_and_titles_is_escaped() -> None:
    section = Section(HOSTILE, HOSTILE, HOSTILE, (HOSTILE, f">{HOSTILE}"), ((HOSTILE, HOSTILE),))
    assert "<script" not in page_of(section)


def test_text_in_charts_is_escaped() -> None:
    shapes = (Label(0, 0, HOSTILE), Group(HOSTILE, (Bar(0, 0, 1, 1, HOSTILE, HOSTILE),)))
    chart = Chart(HOSTILE, 10, shapes, (HOSTILE,))
    assert "<script" not in page_of(Section("weeks", "Weeks", ""), chart)
