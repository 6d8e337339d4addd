"""letters/*.yaml: the words of a letter, in which `{attendance.attended}` is filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from engine.model.agreement import TextLanguage
from engine.model.instant import DAY_US
from engine.model.letter import ALWAYS, PURPOSES, SCOPE_OF, LetterPurpose, LetterScope, LetterTo
from engine.model.nearest_word import did_you_mean
from engine.model.routing import Microseconds
from engine.model.strict import Strict

_FIELD = re.compile(r"\{([^{}]*)\}")


def fields_in(text: str) -> list[str]:
    """Return the names of the fields in a text, in its order."""
    return _FIELD.findall(text)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of the fields of a text.

    Raises:
        KeyError: A field has no value.
    """
    return _FIELD.sub(lambda field: values[field[1]], text)


def _check_fields(text: str, info: ValidationInfo) -> str:
    """Refuse unknown fields, and those outside the template's scope, which the context holds."""
    scope: Collection[str] | None = (info.context or {}).get("scope")
    if set(_FIELD.sub("", text)) & set("{}"):
        raise ValueError("holds a { or } that belongs to no field; write {attendance.attended}")
    for name in fields_in(text):
        if name not in SCOPE_OF and name not in ALWAYS:
            raise ValueError(
                f"there is no field '{name}'{did_you_mean(name, [*SCOPE_OF, *ALWAYS])}"
            )
        if scope is not None and name in SCOPE_OF and SCOPE_OF[name] not in scope:
            raise ValueError(
                f"the field '{name}' lies outside of the scope of this letter; take it out, or add "
                f"{SCOPE_OF[name]} to scope:"
            )
    return text


Sentence = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_check_fields)]
Title = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_check_fields)]


class LetterText(Strict):
    """The words of a letter in one language."""

    title: Title
    greeting: Sentence
    paragraphs: Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=12)]
    closing: Sentence

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every text of it, the title first."""
        return (self.title, self.greeting, *self.paragraphs, self.closing)

    @property
    def fields(self) -> frozenset[str]:
        """The facts that it states, without what every letter says."""
        return frozenset(name for text in self.sentences for name in fields_in(text)) - ALWAYS


class LetterTexts(Strict):
    """The words of a letter in every language."""

    english: LetterText
    spanish: LetterText

    @model_validator(mode="after")
    def _say_the_same(self) -> Self:
        if odd := self.english.fields ^ self.spanish.fields:
            raise ValueError(f"{', '.join(sorted(odd))} stands in one language alone")
        return self


class LetterTemplate(Strict):
    """The whole of a file of letters/.

    Attributes:
        to: Whom it is written to.
        purpose: What it is for.
        period: How far back it counts.
        scope: The parts of a consent that it needs; it names no field of other parts.
    """

    format: Literal["1"]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    to: LetterTo
    purpose: LetterPurpose
    period: Microseconds
    scope: Annotated[frozenset[LetterScope], Field(min_length=1)]
    text: LetterTexts

    @field_validator("purpose")
    @classmethod
    def _for_this_recipient(cls, purpose: LetterPurpose, info: ValidationInfo) -> LetterPurpose:
        to = info.data.get("to")
        if to is not None and PURPOSES[purpose][0] is not to:
            fitting = [str(one) for one, (kind, _) in PURPOSES.items() if kind is to]
            raise ValueError(f"a letter to {to} is for {', '.join(fitting)}, not for {purpose}")
        return purpose

    @field_validator("period")
    @classmethod
    def _in_days(cls, period: int) -> int:
        if period % DAY_US or not DAY_US <= period <= 366 * DAY_US:
            raise ValueError("must be from 1 to 366 days, in whole days")
        return period

    @field_validator("scope")
    @classmethod
    def _not_beyond_the_purpose(
        cls, scope: frozenset[LetterScope], info: ValidationInfo
    ) -> frozenset[LetterScope]:
        purpose = info.data.get("purpose")
        if purpose is not None and (beyond := scope - PURPOSES[purpose][1]):
            raise ValueError(f"a letter for {purpose} never covers {', '.join(sorted(beyond))}")
        return scope

    def words(self, language: TextLanguage) -> LetterText:
        """Return its words in a language."""
        return self.text.english if language == "english" else self.text.spanish
