"""YAML files that people write, read strictly and with the place of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from engine.errors import Mistake, MistakesError
from engine.regular_file import read_regular
from engine.yaml_syntax import odd_characters, what_is_wrong

MAX_BYTES = 2_000_000
DEEPEST = 100
# libyaml's parser reads the same ten times as fast; it comes with every wheel of PyYAML.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A quote that opens follows a space or a bracket; one that closes a short word before does not.
_LONG_WORD = re.compile(r"(?<![^\s(\[{])'([^']{50})[^']{10,}'")
_CURLY = re.compile("(?:[:,-] +|[\\[{] *)[“‘„]")
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class YamlSource:
    """A YAML file: its name as the user gave it, its nodes, and the mistakes found so far."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = text.splitlines()
        self.mistakes: list[Mistake] = []
        self.root: yaml.Node | None = None
        unreadable = _NO_TEXT.search(text)
        if unreadable:
            self._say_no_text(unreadable)
            return
        odd = [Mistake(name, *found) for found in odd_characters(self.lines)]
        if odd:
            self.mistakes += odd
            return
        try:
            self._refuse_bombs(text)
            self.root = yaml.compose(text, Loader=_LOADER)
        except _BombFoundError:
            pass
        except yaml.MarkedYAMLError as error:
            self._say_syntax(error)
        if self.root is not None:
            self._refuse_duplicates()

    @classmethod
    def read(cls, path: Path, name: str | None = None) -> YamlSource:
        """Read a file; the returned source notes the mistakes of its YAML.

        Raises:
            MistakesError: The file cannot be read, is larger than MAX_BYTES, or is not UTF-8.
        """
        name = name or str(path)
        try:
            data = read_regular(path, MAX_BYTES + 1)
        except OSError as error:
            raise MistakesError(
                [Mistake(name, 0, 0, f"cannot be read: {error.strerror}")]
            ) from None
        if len(data) > MAX_BYTES:
            raise MistakesError(
                [Mistake(name, 0, 0, f"is larger than {MAX_BYTES} bytes; split it")]
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
            raise MistakesError(
                [Mistake(name, line, column, "is not UTF-8 here; save the file again as UTF-8")]
            ) from None
        return cls(name, text)

    def mistake(self, place: yaml.Node | yaml.Event, text: str) -> None:
        """Note a mistake at a place of the file."""
        mark = place.start_mark
        assert mark is not None
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        if _CURLY.search(line):
            text += "; curly quotes are no quotes to YAML, so write straight ones"
        # A long quoted word, such as a misplaced paragraph, would hide the message about it.
        text = _LONG_WORD.sub(r"'\1…'", " ".join(text.split()))
        text = "".join(
            character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
            for character in text
        )
        self.mistakes.append(Mistake(self.name, mark.line + 1, mark.column + 1, text))

    def plain(self, node: yaml.Node | None = None) -> Any:
        """Return the node (default: the whole file) as `yaml.safe_load` gives it."""
        node = node or self.root
        if node is None:
            return None
        try:
            return yaml.SafeLoader("").construct_document(node)
        except yaml.MarkedYAMLError as error:
            self._say_syntax(error)
            return None
        except ValueError as error:  # such as the date 2026-02-31
            self.mistake(node, f"holds a value that cannot be read: {error}")
            return None

    def _refuse_bombs(self, text: str) -> None:
        """Find the first place that grows on composing; nothing after it is read."""
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
                event, yaml.CollectionEndEvent
            )
            problem = ""
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                problem = "anchors (&) and aliases (*) are not allowed; write the value out"
            elif getattr(event, "tag", None):
                problem = "tags (!) are not allowed; put a text that begins with '!' in quotes"
            elif depth > DEEPEST:
                problem = (
                    f"lists and 'key: value' pairs are nested more than {DEEPEST} deep here; nest "
                    "less"
                )
            if problem:
                self.mistake(event, problem)
                raise _BombFoundError

    def _say_no_text(self, found: re.Match[str]) -> None:
        before = self.text[: found.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = (
            f"the character {found[0]!r} cannot stand in a YAML file; delete it, or save the file "
            "again as text"
        )
        self.mistakes.append(Mistake(self.name, line, column, problem))

    def _refuse_duplicates(self) -> None:
        for node in walk(self.root):
            if not isinstance(node, yaml.MappingNode):
                continue
            seen: dict[str, int] = {}
            for key, _ in node.value:
                word = key.value if isinstance(key, yaml.ScalarNode) else str(key.tag)
                if not isinstance(key, yaml.ScalarNode):
                    self.mistake(key, "a key must be one word")
                elif word in seen:
                    self.mistake(
                        key,
                        f"the key '{word}' stands here twice (first in line {seen[word]}); "
                        "keep one",
                    )
                seen.setdefault(word, key.start_mark.line + 1)

    def _say_syntax(self, error: yaml.MarkedYAMLError) -> None:
        self.mistakes.append(Mistake(self.name, *what_is_wrong(error, self.lines)))


class _BombFoundError(Exception):
    """Ends the search at the first place."""


def walk(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Yield the node and all below it, depth first."""
    if node is None:
        return
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, yaml.MappingNode):
            stack.extend(part for pair in reversed(node.value) for part in reversed(pair))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend(reversed(node.value))


def as_written(node: yaml.Node | None) -> Any:
    """Return a value with every scalar as typed, even `no`, `on`, 08:00 and +15551234567."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: as_written(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [as_written(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag != "tag:yaml.org,2002:null":
        return node.value
    return None
