"""The language of the page that is being made, and the catalogs of the languages.

The language belongs to the context of one request, so that two requests never share it. Outside a
request, as in commands, it is English.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

ENGLISH = "en"
LANGUAGES: Mapping[str, str] = {ENGLISH: "English", "es": "Español"}
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)
_query: ContextVar[Mapping[str, str]] = ContextVar("query", default={})  # noqa: B039


def speak(language: str, query: Mapping[str, str] | None = None) -> None:
    """Make the pages of this context in a language.

    Args:
        language: One of `LANGUAGES`.
        query: What the address of the page asks for, which the links to other languages keep.
    """
    _language.set(language)
    _query.set(query or {})


def others() -> Sequence[tuple[str, str, str]]:
    """Return the other languages: code, name, and the address of this page in it."""
    return [
        (code, name, "?" + urlencode({**_query.get(), "language": code}))
        for code, name in LANGUAGES.items()
        if code != spoken()
    ]


def spoken() -> str:
    """Return the language of this context."""
    return _language.get()


def translate(text: str) -> str:
    """Return a text of ours in the language of this context; as it is if no catalog has it."""
    return catalog(spoken()).get(text, text)


def in_language(text: str, **values: object) -> str:
    """Translate a text, then put values in the place of its names in braces."""
    return translate(text).format(**values)


def language_of(chosen: str, accepted: str) -> str:
    """Return the language for a person.

    Args:
        chosen: What the person chose before; empty if nothing.
        accepted: The languages that the browser asks for, as in the header Accept-Language.
    """
    if chosen in LANGUAGES:
        return chosen
    weighed = []
    for place, part in enumerate(accepted.lower().split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        share = float(weight) if re.fullmatch(r"[01](\.\d{1,3})?", weight) else 1.0
        weighed.append((-share, place, name.split("-")[0]))
    return next(
        (name for share, _, name in sorted(weighed) if share and name in LANGUAGES), ENGLISH
    )


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Return the translations into a language by the English texts; none into English."""
    if language == ENGLISH:
        return {}
    source = Path(__file__).with_name("locale").joinpath(f"{language}.po").read_text("utf-8")
    return {
        _joined(text): _joined(other) for text, other in _ENTRY.findall(source) if text != '""\n'
    }


def _joined(lines: str) -> str:
    return "".join(str(literal_eval(line)) for line in lines.splitlines())
