"""A slip anywhere in a rule file is a mistake near it, or changes just what it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from engine.config import load as load_config
from engine.errors import Mistake, MistakesError
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.parsing.reading import NAMED
from tests.rulebook.mutations import Mutation, mutations

pytestmark = pytest.mark.slow  # every line of every shipped file

ROOT = Path(__file__).parents[3]
SHIPPED = {
    path.name: path.read_text("utf-8")
    for path in sorted((ROOT / "rules").glob("*.yaml"))
    if ".cases." not in path.name
}
SETTINGS = load_config(ROOT / "config.yaml")
NEAR = 2
# A text may say anything, and so may fields that hold any word.
TEXTS = {
    *("title", "why", "advice", "reason", "source", "instrument", "item", "substance", "program"),
    *("missing", "version"),
}
# A moved line can make a well-formed condition with another meaning; that is refused as a whole.
OF_THE_WHOLE = "this is true of a client at the instant of enrolment"


def read(text: str, others: dict[str, str]) -> Rulebook | list[Mistake]:
    try:
        return from_texts(
            {"rules.yaml": text, **others}, SETTINGS.kinds, SETTINGS.attributes, SETTINGS.routing
        )
    except MistakesError as error:
        return error.mistakes


def rules_named_elsewhere(text: str) -> dict[str, str]:
    """A file with the rules of other files that this one names."""
    found = read(text, {})
    missing = (
        {mistake[3].split("there is no rule '")[1].split("'")[0] for mistake in found}
        if isinstance(found, list)
        else {}
    )
    rules = [
        f"  - {{id: {name}, title: Other, status: live, severity: low, "
        "when: {count: contact, at_least: 1}}\n"
        for name in sorted(missing)
    ]
    return {"others.yaml": f"format: 1\nrules:\n{''.join(rules)}"} if rules else {}


Place = tuple[str | int, ...]


def differences(before: Any, after: Any, place: Place = ()) -> Iterator[tuple[str, Place]]:
    """The differences between two documents, as (lost, added or changed; the place)."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() - after.keys():
            yield "lost", (*place, key)
        for key in after.keys() - before.keys():
            yield "added", (*place, key)
        for key in before.keys() & after.keys():
            yield from differences(before[key], after[key], (*place, key))
    elif isinstance(before, list) and isinstance(after, list) and len(after) == len(before) - 1:
        gone = next(at for at in range(len(before)) if at == len(after) or before[at] != after[at])
        yield "lost", (*place, gone)
        yield from differences(before[:gone] + before[gone + 1 :], after, place)
    elif isinstance(before, list) and isinstance(after, list) and len(after) == len(before):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, (*place, at))
    elif before != after:
        yield "changed", place


def honest(before: Any, after: Any) -> bool:
    """Whether the accepted reading is a fair one.

    One entry is gone, one text differs, or nothing does.
    """
    found = sorted(differences(before, after))
    if [how for how, _ in found] == ["added", "lost"]:
        (_, gained), (_, lost) = found
        return gained[:-1] == lost[:-1] in {(name,) for name in NAMED}
    return len(found) <= 1 and all(how == "lost" or _free(before, place) for how, place in found)


def leaves(document: Any) -> list[str]:
    """Every text of a document in order, whatever it is nested in."""
    if isinstance(document, dict):
        return [leaf for key, value in document.items() for leaf in (key, *leaves(value))]
    return (
        [leaf for item in document for leaf in leaves(item)]
        if isinstance(document, list)
        else [document]
    )


def regrouped(before: Any, after: Any, line: str) -> bool:
    """Whether conditions plainly stand in another group now, by indent or by a changed head."""
    opened = line.strip(" -:")
    texts = leaves(before)
    return texts == leaves(after) or (
        opened in {"all", "any"}
        and any(
            texts[:at] + texts[at + 1 :] == leaves(after)
            for at, text in enumerate(texts)
            if text == opened
        )
    )


def _free(document: Any, place: Place) -> bool:
    """Whether any word may stand there."""
    for step in place[:-1]:
        document = document[step]
    return (
        place[-1] in {*TEXTS, "substances", "message_client"}
        or place[0] == "lists"
        or "client" in document
    )


def meaning(book: Rulebook) -> Any:
    return [(one.rule, one.when, one.raises) for one in book.checked.values()]


def named_where_it_is_missed(before: str, slip: Mutation, found: list[Mistake]) -> bool:
    """Whether a whole list or phrase is gone; a reference to it then names the gap."""
    try:
        after = yaml.load(slip.text, yaml.CBaseLoader)
    except yaml.YAMLError:
        return False
    lost = list(differences(yaml.load(before, yaml.CBaseLoader), after))
    names = [
        place[1] for how, place in lost if how == "lost" and len(place) == 2 and place[0] in NAMED
    ]
    # What stood in it may have joined the one before.
    elsewhere = [place for _, place in lost if place[0] not in NAMED]
    return len(names) == 1 and not elsewhere and all(f"'{names[0]}'" in says for *_, says in found)


def end_of_text(before: str, slip: Mutation) -> int:
    """The last line of the folded text whose head the slip took; its line if it took none.

    Only a line of that text with ': ' is then not YAML, however far below its lost head it stands.
    """
    head, *below = before.splitlines()[slip.line - 1 :]
    if not head.endswith((" >-", " |")):
        return slip.line
    indent = len(head) - len(head.lstrip(" -"))
    text = takewhile(lambda line: len(line) - len(line.lstrip()) > indent, below)
    return slip.line + len(list(text))


def judged(before: str, slip: Mutation, others: dict[str, str]) -> str | None:
    """The fault in how a slip is taken; None if there is none."""
    found = read(slip.text, others)
    if isinstance(found, list):
        lines = [line for file, line, *_ in found if file == "rules.yaml"]
        near = (
            any(OF_THE_WHOLE in says for *_, says in found)
            or any(slip.line - NEAR <= line <= end_of_text(before, slip) + NEAR for line in lines)
            or named_where_it_is_missed(before, slip, found)
            # The head of the rules has moved into the block above it, and is said to be missing.
            or any("a rule file needs 'rules:'" in says for *_, says in found)
        )
        return None if near else "far away: " + "; ".join(map(str, found))
    after = yaml.load(slip.text, yaml.CBaseLoader)
    document, line = yaml.load(before, yaml.CBaseLoader), before.splitlines()[slip.line - 1]
    if not honest(document, after) and not regrouped(document, after, line):
        return "accepted"
    # Written again as a plain reader of YAML reads it, it means the same.
    again = read(yaml.dump(after, Dumper=yaml.CSafeDumper, sort_keys=False), others)
    return (
        None
        if isinstance(again, Rulebook) and meaning(again) == meaning(found)
        else "read as something else"
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_a_slip_is_a_mistake_near_it_or_says_just_what_it_says(name: str) -> None:
    text = SHIPPED[name]
    others = rules_named_elsewhere(text)
    slips = mutations(text, Random(name))
    wrong = []
    for _ in range(1 + 1000 // len(SHIPPED)):
        slip = next(slips)
        if (verdict := judged(text, slip, others)) is not None:
            wrong.append(f"{slip.line}: {slip.what}: {verdict}")
    assert wrong == []
