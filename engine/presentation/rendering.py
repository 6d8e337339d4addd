"""Pages from the templates beside this module; only this module imports Jinja2."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

from engine.model.printable import printable
from engine.presentation.page_language import ENGLISH, spoken, translate
from engine.presentation.template_texts import with_texts


def render(template: str, **values: object) -> str:
    """Fill a template in the language of the context; text in the values is escaped.

    Args:
        template: The name of a file in `templates/`.
        values: The variables of the template.

    Returns:
        The page as text.

    Raises:
        jinja2.UndefinedError: The template uses a variable that is not among the values.
    """
    return _environment(spoken()).get_template(template).render(values)


@cache
def asset(name: str) -> bytes:
    """Return a file that pages ask for, such as a style sheet, by its path in `templates/`."""
    return Path(__file__).with_name("templates").joinpath(name).read_bytes()


def _printable(value: object) -> object:
    return printable(value) if type(value) is str else value


class _Translated(Extension):
    """Puts the texts of the language in the place of a template's own before it is compiled."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return with_texts(source, translate)


@cache
def _environment(language: str) -> Environment:
    """Make the environment of a language, in which each template is compiled once."""
    extensions = () if language == ENGLISH else (_Translated,)
    made = Environment(
        extensions=extensions,
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["_"] = translate
    return made
