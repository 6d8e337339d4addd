"""Pages speak English or Spanish, and the Spanish catalog holds what pages say and nothing else."""

from __future__ import annotations

import ast
import calendar
import re
from collections import Counter
from contextvars import copy_context
from pathlib import Path

import pytest

import engine
from engine.presentation.console import pages
from engine.presentation.console.frame import Frame
from engine.presentation.page_language import catalog, language_of, speak
from engine.presentation.template_texts import with_texts
from engine.web.console import sentences

ENGINE = Path(engine.__file__).parent
TEMPLATES = sorted((ENGINE / "presentation/templates/console").glob("*.html"))
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{\w*\}|</?(?:strong|em|code)>")
SPANISH = catalog("es")
# Names of days and months, which the clock makes.
MADE = frozenset({*calendar.day_abbr, *calendar.month_abbr})


def texts_of(source: str) -> list[str]:
    found: list[str] = []
    with_texts(source, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


def words_of_code() -> str:
    """Everything that templates and Python hold in which a word of the catalog may stand."""
    folders = ("presentation", "web/console", "model", "rulebook/english")
    files = [file for folder in folders for file in (ENGINE / folder).rglob("*.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    words = [str(node.value) for node in nodes if isinstance(node, ast.Constant)]
    templates = " ".join(file.read_text("utf-8") for file in TEMPLATES)
    return " ".join([*words, repr(vars(sentences)), templates]).replace("_", " ")


def test_a_text_runs_on_over_an_expression_and_stops_at_a_tag() -> None:
    source = (
        '<p class="a">Hello <strong>{{ name }}</strong>,\n you</p>{% if x %}<b title="So">1</b>'
    )
    assert texts_of(source) == ["Hello <strong>{{ name }}</strong>, you", "So"]


def test_a_template_is_the_same_where_each_text_stays() -> None:
    for file in TEMPLATES:
        source = file.read_text()
        assert with_texts(source, lambda text: text).split() == source.split()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_each_text_of_a_template_is_in_the_catalog(file: Path) -> None:
    missing = [text for text in texts_of(file.read_text("utf-8")) if text not in SPANISH]
    assert missing == []


def test_no_translation_is_unused() -> None:
    texts = {text for file in TEMPLATES for text in texts_of(file.read_text("utf-8"))}
    words = words_of_code()
    unused = [text for text in SPANISH if text not in texts and text.replace("_", " ") not in words]
    assert [text for text in unused if text not in MADE] == []


@pytest.mark.parametrize("english", SPANISH)
def test_a_translation_keeps_its_placeholders(english: str) -> None:
    there = Counter(PLACEHOLDER.findall(SPANISH[english]))
    assert SPANISH[english]
    assert there == Counter(PLACEHOLDER.findall(english))


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "en;q=0.5, es;q=0.6", "es"),
        ("", "fr, es;q=0", "en"),
        ("", "es;q=x,;;,", "es"),
        ("en", "es", "en"),
        ("../es", "", "en"),
    ],
)
def test_what_a_person_chose_comes_before_what_the_browser_asks_for(
    chosen: str, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


def test_the_language_of_one_page_is_not_that_of_the_next() -> None:
    def spanish() -> str:
        speak("es")
        return pages.sign_in(Frame("", "", 0), "anna", "/x")

    page = copy_context().run(spanish)
    assert '<html lang="es">' in page
    assert "Este enlace inicia su sesión como <strong>anna</strong>." in page
    assert '<html lang="en">' in pages.sign_in(Frame("", "", 0), "anna", "/x")
