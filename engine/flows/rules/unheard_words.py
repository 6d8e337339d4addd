"""Words of live rules that no source has ever given: a slip, or a rare thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.model.event_kinds import Kind
from engine.model.nearest_word import nearest_word
from engine.model.word_folding import fold
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.tools.asked_words import AskedWord, asked_words
from engine.store.intake import given_words


class UnheardWord(NamedTuple):
    """A word of a rule that no source has given; `said` is a sentence without a full stop.

    `near` is the given word that is probably meant, unless the rule looks for that one too.
    """

    rule: CheckedRule
    word: str
    near: str | None
    said: str


def unheard_words(
    conn: Connection, rulebook: Rulebook, kinds: Mapping[str, Kind]
) -> list[UnheardWord]:
    """Return the words of live rules that no source has ever given, in the order of the rules.

    A field or attribute without any stored value yet is left out.
    """
    asked = {
        rule_id: sorted(_asked(one, kinds), key=str)
        for rule_id, one in rulebook.checked.items()
        if one.rule.status == "live"
    }
    of_kinds = {word.kind for words in asked.values() for word in words if word.kind is not None}
    if not any(asked.values()):
        return []
    in_fields, in_attributes = (
        given_words.in_fields(conn, of_kinds),
        given_words.in_attributes(conn),
    )
    found = []
    for rule_id, words in asked.items():
        for word in words:
            given = (
                in_attributes.get(word.field, set())
                if word.kind is None
                else in_fields.get((word.kind, word.field), set())
            )
            if given and fold(word.word) not in {fold(each) for each in given}:
                near = nearest_word(word.word, given)
                # A list of spellings holds the given one beside others that may come.
                listed = {fold(each.word) for each in words}
                meant = near if near and fold(near) not in listed else None
                said = _said(rule_id, word, meant)
                found.append(UnheardWord(rulebook.checked[rule_id], word.word, meant, said))
    return found


def _asked(one: CheckedRule, kinds: Mapping[str, Kind]) -> set[AskedWord]:
    """Return the words of its own conditions; those of a rule that it refers to are that rule's."""
    conditions = [one.written.when, *(condition for _, condition in one.written.raises)]
    return {word for condition in conditions for word in asked_words(condition, kinds)}


def _said(rule_id: str, asked: AskedWord, near: str | None) -> str:
    place = asked.field if asked.kind is None else f"{asked.kind}.{asked.field}"
    hint = f"; did you mean '{near}'?" if near else ""
    return f"'{rule_id}' asks for '{asked.word}' in {place}, which no source has ever given{hint}"
