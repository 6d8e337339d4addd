"""Strict reading of a rule file: each place takes its form, and each mistake is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import yaml

from engine.measures.field_values import Scores
from engine.measures.signal import KindOrSignal, Signal
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import Kind
from engine.model.nearest_word import did_you_mean, nearest_word
from engine.rulebook.core.conditions import Condition, Points
from engine.rulebook.core.figures import Figure
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.language.units import parse_whole
from engine.rulebook.language.vocabulary import (
    EVIDENCE,
    FILE,
    ID,
    LONGEST_ID,
    RAISE,
    RULE,
    SUPPORTERS,
    Key,
    required,
)
from engine.yaml_source import YamlSource

T = TypeVar("T")
Word = TypeVar("Word", bound=str)
Named = Literal["lists", "scores", "signals", "phrases", "scorecards"]
NAMED: tuple[Named, ...] = ("lists", "scores", "signals", "phrases", "scorecards")
_NOWHERE = yaml.ScalarNode("", "")
_FIRST = yaml.Mark("", 0, 0, 0, None, 0)
_AT_FIRST = yaml.ScalarNode("", "", _FIRST, _FIRST)
_KEYS = {**FILE, **RULE, **RAISE, **SUPPORTERS, **EVIDENCE}
_KEY_LINE = re.compile(rf" +(?:- )?({'|'.join(_KEYS)}):(?: |$)")
# Words that people try, and the words they mean.
_MEANT = {
    "within": "not_older_than", "not_older_than": "within", "and": "all", "or": "any",
    "not": "none", "if": "when",
    "equals": "is", "mean": "average", "sum": "total", "min": "lowest", "max": "highest",
    "since": "time_since",
}  # fmt: skip


def nearest(word: str, right: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` with the nearest right word, or else the right words."""
    words = set(right)
    return did_you_mean(_meant(word, words) or word, words)


def _meant(word: str, words: Collection[str]) -> str | None:
    """Return the right word nearest to a wrong one, if any is near."""
    meant = _MEANT.get(word.lower())
    return meant if meant in words else nearest_word(word, words)


@dataclass(frozen=True, slots=True)
class WrittenFigure:
    """A figure and its place, before its references to rules are put in."""

    node: yaml.Node
    figure: Figure


@dataclass
class Reading:
    """A file while it is read. A method notes a mistake, returns None, and reading goes on.

    Attributes:
        source: The file, which collects the mistakes.
        kinds: The kinds of events, and the file's signals with the fields that all their kinds
            share.
        lists: The words of each list, with their places.
        score_words: The place of each word of the scores, by both their names.
        phrases: The phrases so far; None is one that could not be read.
        scorecards: The scorecards so far; None is one that could not be read.
        referred: The rules that conditions name, each with its place.
        denied: Those of them whose conditions stand under a `none:`.
        asked: The names of NAMED that conditions use.
        missed: The unknown words, where a name could stand.
        tunables: The numbers that may be varied.
        tunes: Whether `tunable:` is read.
    """

    source: YamlSource
    kinds: Mapping[str, Kind]
    lists: dict[str, tuple[tuple[str, yaml.Node], ...]] = field(default_factory=dict)
    scores: dict[str, Scores] = field(default_factory=dict)
    score_words: dict[tuple[str, str], yaml.Node] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    phrases: dict[str, Condition | None] = field(default_factory=dict)
    scorecards: dict[str, Points | None] = field(default_factory=dict)
    figures: list[WrittenFigure] = field(default_factory=list)
    tunables: list[Tunable] = field(default_factory=list)
    tunes: bool = True
    attributes: frozenset[str] | None = None
    referred: list[tuple[str, yaml.Node]] = field(default_factory=list)
    denied: list[tuple[str, yaml.Node]] = field(default_factory=list)
    asked: dict[Named, dict[str, yaml.Node]] = field(
        default_factory=lambda: {name: {} for name in NAMED}
    )
    missed: dict[Named, dict[str, yaml.Node]] = field(
        default_factory=lambda: {name: {} for name in NAMED}
    )
    findings: int = 0  # of the condition that is being read

    def mistake(self, node: yaml.Node, text: str) -> None:
        """Note a mistake at a node's place."""
        self.source.mistake(node, text)

    def watched(self, name: str) -> KindOrSignal:
        """Return the signal of that name, or else the name as a kind."""
        self.asked["signals"].setdefault(name, _NOWHERE)
        return self.signals.get(name, name)

    def keys_of_file(self, known: Mapping[str, Key], what: str, main: str) -> dict[str, yaml.Node]:
        """Return the values of a whole file by key, and note a format of another version.

        Args:
            known: The keys that a file of the sort has.
            what: What such a file is called.
            main: The key that an empty file is told to begin with, after its format.
        """
        root = self.source.root
        if root is None:
            if not self.source.mistakes:
                text = f"the file is empty; begin it with 'format: 1' and '{main}:'"
                self.mistake(_AT_FIRST, text)
            return {}
        found = self.mapping(root, known, what, required(known))
        if "format" in found and self.word(found["format"], "format") not in {"1", None}:
            self.mistake(found["format"], "this version reads format 1 alone")
        return found

    def mapping(
        self, node: yaml.Node, known: Iterable[str], what: str, required: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """Return the values of a mapping by key; note unknown and missing keys."""
        if not isinstance(node, yaml.MappingNode):
            self.mistake(node, f"{what} must be written as 'key: value' pairs")
            return {}
        known = tuple(known)
        found = {}
        meant = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # noted when the file was opened
            if key.value in known:
                found[key.value] = value
            else:
                meant.add(_meant(key.value, sorted(known)))
                self.mistake(
                    key, f"'{key.value}' is not a word of {what}{nearest(key.value, known)}"
                )
        for word in required:
            if word not in found and word not in meant:
                self._missing(node, word, list(known), what)
        return found

    def end_of(self, node: yaml.Node) -> yaml.Node:
        """Return the place at which to note a missing key.

        It is the mapping's last key, or the mapping itself if it stands in one line.
        """
        keys = _keys(node) if isinstance(node, yaml.MappingNode) else {}
        return list(keys.values())[-1] if keys and not _on_one_line(node) else node

    def _missing(self, node: yaml.MappingNode, word: str, known: Sequence[str], what: str) -> None:
        """Note a missing key at the place where it is usually written."""
        keys = _keys(node)
        after = [
            key
            for other, key in keys.items()
            if other in known and known.index(other) > known.index(word)
        ]
        if _on_one_line(node) or not keys:
            self.mistake(node, f"{what} needs '{word}:'")
        elif after:
            self.mistake(
                min(after, key=lambda key: known.index(key.value)),
                f"{what} needs '{word}:' before this",
            )
        else:
            self.mistake(list(keys.values())[-1], f"{what} needs '{word}:' after this")

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """Return the items of a list that must not be empty."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.mistake(node, f"{what} must be a list with at least one item")
            return []
        return list(node.value)

    def word(self, node: yaml.Node, what: str) -> str | None:
        """Return a scalar's text exactly as typed, even `no`, `on` and 08:00."""
        if not isinstance(node, yaml.ScalarNode):
            self.mistake(node, f"{what} must be one value, not a list or 'key: value' pairs")
            return None
        # A word processor's space counts as a space.
        text = str(node.value).replace("\N{NO-BREAK SPACE}", " ").strip()
        if not text:
            self.mistake(node, f"{what} is empty; write a value")
            return None
        if not text.replace("\n", "").isprintable():
            self.mistake(node, f"{what} holds a character that cannot be printed; delete it")
            return None
        return None if self._swallows(node, what) else text

    def text(self, node: yaml.Node, name: str, longest: int | None) -> str | None:
        """Read words for people under a key; note those that are longer than `longest`."""
        text = self.word(node, f"'{name}'")
        if text is not None and longest is not None and len(text) > longest:
            self.mistake(node, f"'{name}' is longer than {longest} characters; it has {len(text)}")
        return text

    def _swallows(self, node: yaml.ScalarNode, what: str) -> bool:
        """Note a key that became part of a text of several lines, because both have one indent."""
        if node.style not in {
            "|",
            ">",
        }:  # any other ends at a key, or says in quotes that it means it
            return False
        end = node.end_mark.line + bool(node.end_mark.column)
        for number in range(node.start_mark.line + 1, end):
            if found := _KEY_LINE.match(self.source.lines[number]):
                mark = yaml.Mark("", 0, number, found.start(1), None, 0)
                text = (
                    f"'{found[1]}:' is part of the text of {what} here; "
                    "indent it as the other keys, or reword it"
                )
                self.mistake(yaml.ScalarNode("", "", mark, mark), text)
                return True
        return False

    def one_of(self, node: yaml.Node, known: Iterable[Word], what: str) -> Word | None:
        """Read a word out of a known set."""
        word = self.word(node, what)
        known = list(known)
        if word is not None and word not in known:
            self.mistake(node, f"'{word}' is not a {what}{nearest(word, known)}")
        return next((one for one in known if one == word), None)

    def parsed(self, node: yaml.Node, what: str, parse: Callable[[str], T]) -> T | None:
        """Read a scalar through a parser whose ValueError names the mistake."""
        word = self.word(node, what)
        if word is None:
            return None
        try:
            return parse(word)
        except ValueError as error:
            self.mistake(node, f"{what}: {error}")
            return None

    def duration(self, node: yaml.Node, what: str) -> Duration | None:
        """Read a duration in microseconds that is longer than nothing."""
        length = self.parsed(node, what, parse_duration)
        if length == 0:
            self.mistake(node, f"{what} must be longer than nothing")
            return None
        return length

    def whole(self, node: yaml.Node, what: str, least: int = 1) -> int | None:
        """Read a whole number of at least `least`."""
        number = self.parsed(node, what, parse_whole)
        if number is not None and number < least:
            self.mistake(node, f"{what} must be at least {least}")
            return None
        return number


def _keys(node: yaml.MappingNode) -> dict[str, yaml.ScalarNode]:
    return {key.value: key for key, _ in node.value if isinstance(key, yaml.ScalarNode)}


def _on_one_line(node: yaml.Node) -> bool:
    return node.start_mark.line == node.end_mark.line


def parse_id(text: str) -> str:
    """Read a rule's id.

    Raises:
        ValueError: The text cannot be an id.
    """
    if not ID.fullmatch(text) or len(text) > LONGEST_ID:
        raise ValueError(
            f"'{text}' is not an id; "
            "use small letters, digits and single hyphens, such as two-missed"
        )
    return text
