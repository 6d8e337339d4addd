"""Pages come from templates that escape their values and refuse to guess."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from engine.presentation.charts import Bar, Chart, Group, Label
from engine.presentation.preview.section import Section
from engine.presentation.rendering import render

HOSTILE = "<script>alert('x')</script>"


def preview_page(section: Section, chart: Chart | None = None) -> str:
    return render("preview.html", sections=[section], charts={section.name: chart}, rows_beside=26)


def test_a_variable_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("preview.html")


def test_text_in_tables_and_titles_is_escaped() -> None:
    section = Section(HOSTILE, HOSTILE, HOSTILE, (HOSTILE, f">{HOSTILE}"), ((HOSTILE, HOSTILE),))
    assert "<script" not in preview_page(section)


def test_text_in_charts_is_escaped() -> None:
    shapes = (Label(0, 0, HOSTILE), Group(HOSTILE, (Bar(0, 0, 1, 1, HOSTILE, HOSTILE),)))
    chart = Chart(HOSTILE, 10, shapes, (HOSTILE,))
    assert "<script" not in preview_page(Section("weeks", "Weeks", ""), chart)
