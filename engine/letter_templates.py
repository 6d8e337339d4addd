"""The files of the templates of letters, read as one, or all their mistakes with their places."""

from __future__ import annotations

from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.messaging.lint import refused_words
from engine.model.letter_template import LetterTemplate
from engine.strict_file import read_strict


def read_templates(folder: Path) -> list[LetterTemplate]:
    """Read the templates of letters, in the order of their files.

    Raises:
        MistakesError: They hold mistakes; all of them are named.
    """
    found: dict[str, LetterTemplate] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            read = read_strict(
                path, LetterTemplate, lambda written: {"scope": written.get("scope")}
            )
        except MistakesError as error:
            mistakes += error.mistakes
            continue
        mistakes += _named_conditions(path, read)
        if read.id in found:
            mistakes.append(Mistake(str(path), 1, 1, f"another file has the id '{read.id}' too"))
        found[read.id] = read
    if mistakes:
        raise MistakesError(mistakes)
    return list(found.values())


def _named_conditions(path: Path, template: LetterTemplate) -> list[Mistake]:
    lines = path.read_text("utf-8").splitlines()
    found = []
    for word in refused_words(template):
        at = next((n for n, line in enumerate(lines) if word in line and line[0] != "#"), 0)
        said = f"'{word}' names a condition, a substance or a medicine, which no consent covers"
        found.append(Mistake(str(path), at + 1, lines[at].find(word) + 1, said))
    return found
