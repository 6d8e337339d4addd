"""The kinds of event and their typed fields, such as a test whose result is `missed`.

A site adds fields and kinds in config.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

FieldType = Literal["number", "choice", "flag", "list", "word", "text"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    Attributes:
        type: `number`, within `low` and `high` where these are given. `choice`, one of `choices`.
            `flag`, yes or no. `list`, several words, which matches if it contains one. `word`, one
            free word, such as an instrument's name. `text`, free text, which is stored apart as the
            event's note and which no rule reads.
        choices: The words of a choice.
        low: The least number, if there is one.
        high: The greatest number, if there is one.
    """

    type: FieldType
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: its name and its fields.

    Attributes:
        tells: The fields that say what happened; one of them is enough. None if they are not
            declared: then every number, choice and flag does.
    """

    name: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    tells: tuple[str, ...] | None = None


def _choice(words: str) -> Field:
    return Field("choice", choices=tuple(words.split()))


_TEN = Field("number", low=0, high=10)
_AMOUNT = Field("number", low=0)
_SUBSTANCES = Field("list")

BUILT_IN: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "check_in",
            {
                "status": _choice("completed missed excused"),
                "craving": _TEN,
                "mood": _TEN,
                "stress": _TEN,
                "confidence": _TEN,
                "sleep_hours": Field("number", low=0, high=24),
                "used": Field("flag"),
                "substances": _SUBSTANCES,
                "meetings": _AMOUNT,
                "note": Field("text"),
            },
        ),
        Kind(
            "test",
            {
                "method": _choice("urine breath saliva blood hair"),
                "result": _choice(
                    "negative positive dilute adulterated invalid inconclusive refused missed "
                    "excused pending"
                ),
                "confirmed": Field("flag"),
                "substances": _SUBSTANCES,
                "bac": Field("number", low=0, high=1),
            },
            tells=("result",),
        ),
        Kind(
            "attendance",
            {
                "activity": _choice(
                    "group individual mutual_help medical job family alumni house court other"
                ),
                "status": _choice("attended late left_early no_show excused cancelled"),
            },
            tells=("status",),
        ),
        Kind(
            "medication",
            {
                "drug": _choice("methadone buprenorphine naltrexone_xr other"),
                "status": _choice("taken missed refused dispensed"),
                "dose_mg": _AMOUNT,
                "days_supply": _AMOUNT,
            },
            tells=("status",),
        ),
        Kind(
            "assessment",
            {
                "instrument": Field("word"),
                "version": Field("word"),
                "item": Field("word"),
                "score": Field("number"),
                "status": _choice("completed missed excused"),
            },
        ),
        Kind(
            "contact", {"outcome": _choice("reached left_message no_answer"), "by": Field("word")}
        ),
        Kind(
            "goal",
            {
                "goal": Field("word"),
                "status": _choice("set progress met unmet dropped"),
                "due": Field("word"),
            },
        ),
        Kind("return_to_use", {"substances": _SUBSTANCES, "reported_by": Field("word")}),
        # How things stand at work, at home and with the police, as a person says it when asked.
        Kind(
            "circumstance",
            {
                "work": _choice("full_time part_time training looking not_looking unable retired"),
                "home": _choice(
                    "own_place with_others recovery_housing shelter street institution"
                ),
                "arrests": _AMOUNT,
            },
        ),
        Kind(
            "program_end",
            {
                "reason": _choice("completed left removed transferred incarcerated died other"),
                "program": Field("word"),
            },
        ),
    )
}


# The kind of the events that scores of an instrument make.
SCORED_KIND = "assessment"


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """The field of a kind that says whether an expected event was kept, and its words."""

    field: str
    kept: str  # the word of an event by which a client keeps it
    missed: str  # the word of an event that is written because nothing came
    unkept: frozenset[str]
    excused: frozenset[str]


_MISSED = ("missed", "no_show")
_UNKEPT = frozenset({*_MISSED, "refused"})
_EXCUSED = frozenset({"excused", "cancelled"})


def outcome_words(kind: Kind) -> OutcomeWords | None:
    """Find the field in which a kind can say `missed` or `no_show`; None if it has none."""
    for name, one in kind.fields.items():
        for word in _MISSED:
            if word in one.choices and not set(one.choices) <= _UNKEPT | _EXCUSED:
                said = frozenset(one.choices)
                kept = next(each for each in one.choices if each not in _UNKEPT | _EXCUSED)
                return OutcomeWords(name, kept, word, said & _UNKEPT, said & _EXCUSED)
    return None


def telling_fields(kind: Kind) -> tuple[str, ...]:
    """Return the fields of a kind that say what happened; none if the event itself says it."""
    if kind.tells is not None:
        return kind.tells
    types = ("number", "choice", "flag")
    return tuple(name for name, one in kind.fields.items() if one.type in types)


def with_site_kinds(added: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """Return the built-in kinds with a site's own added; a built-in field stays as it is.

    Raises:
        ValueError: The site would change a built-in field, which the message names as `kind.field`.
    """
    kinds = dict(BUILT_IN)
    for name, kind in added.items():
        known = kinds.get(name)
        if known is None:
            kinds[name] = kind
            continue
        for word in kind.fields:
            if word in known.fields:
                raise ValueError(f"{name}.{word} is a built-in field and cannot be changed")
        kinds[name] = replace(known, fields={**known.fields, **kind.fields})
    return kinds


def shared(name: str, kinds: Sequence[Kind]) -> Kind:
    """Return one kind with the fields that several kinds share.

    A field that takes words takes the words of all of them. A field whose type differs is left out.
    """
    fields: dict[str, Field] = {}
    for word in kinds[0].fields if kinds else ():
        found = [kind.fields[word] for kind in kinds if word in kind.fields]
        bounds = {(one.type, one.low, one.high) for one in found}
        if len(found) == len(kinds) and len(bounds) == 1:
            choices = tuple(dict.fromkeys(choice for one in found for choice in one.choices))
            fields[word] = replace(found[0], choices=choices)
    return Kind(name, fields)
