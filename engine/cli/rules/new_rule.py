"""The questions of `handrail rules new`, and the files it writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import typer

from engine.errors import UserError
from engine.flows.rules.files import CASES
from engine.measures.comparison import Comparison, Operator
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import Field, Kind
from engine.model.instant import MINUTE_US
from engine.model.rule import SEVERITIES
from engine.model.settings import Settings
from engine.rulebook.language.units import of_field, parse_number, parse_whole
from engine.rulebook.language.vocabulary import NAME, RULE, TextKey
from engine.rulebook.parsing.comparison_parser import foregone
from engine.rulebook.parsing.load import load
from engine.rulebook.parsing.reading import nearest, parse_id
from engine.rulebook.tools.new_rule import NewRule, cases_text, rule_text

T = TypeVar("T")
_ANY, _USUAL = "any", "usual"
_BOUNDS: tuple[Operator, ...] = ("at_least", "at_most")


def ask(settings: Settings) -> tuple[str, NewRule]:
    """Ask for the name of the new file and the rule; ask again after an impossible answer."""
    taken = load(settings.rules, settings.kinds, settings.attributes, settings.routing).rules
    title = _asked("What is it called (title)?", _title)
    slug = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
    rule_id = _asked("Its id, for ever?", lambda text: _id(text, taken), slug or None)
    named = re.sub("^[^a-z]+", "", rule_id).replace("-", "_")
    file = _asked(
        "Which new file in the rules' folder?",
        lambda text: _file(text, settings.rules),
        named or None,
    )
    kind = _asked(
        f"Which events count ({', '.join(settings.kinds)})?",
        lambda text: _one_of(text, settings.kinds),
    )
    which = _which(settings.kinds[kind])
    count = _asked("From how many on?", _count, "2")
    within = _asked("Within how long?", lambda text: _within(text, count), "7 days")
    severity = _asked(
        f"How severe ({', '.join(SEVERITIES)})?", lambda text: _one_of(text, SEVERITIES), "medium"
    )
    policies = {_USUAL: "", **{name: name for name in settings.routing.policies}}
    notify = _asked(
        f"Who is told ({', '.join(policies)})?", lambda text: _one_of(text, policies), _USUAL
    )
    return file, NewRule(rule_id, title, kind, *which, count, within, severity, policies[notify])


def _asked(question: str, read: Callable[[str], T], default: str | None = None) -> T:
    def checked(text: str) -> T:
        try:
            return read(text.strip())
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    answer: T = typer.prompt(question, default=default, value_proc=checked, prompt_suffix=" ")
    return answer


def _which(kind: Kind) -> tuple[str, str, str]:
    """Ask for a field, an operator and a value; all are empty if every event counts."""
    known = {_ANY: ("", "", "")}
    for name, field in kind.fields.items():
        words = ("yes", "no") if field.type == "flag" else field.choices
        known |= {f"{name}={word}": (name, "", word) for word in words}
        if field.type == "number":
            known[name] = (name, "", "")
    if len(known) == 1:
        return known[_ANY]
    name, operator, value = known[
        _asked(f"Which of them ({', '.join(known)})?", lambda text: _one_of(text, known), _ANY)
    ]
    if name and not value:
        usual = "at_least 7" if kind.fields[name].high == 10 else None
        asked = f"With {name} at_least or at_most how much, such as at_least 7?"
        operator, value = _asked(asked, lambda text: _bound(text, kind.fields[name]), usual)
    return name, operator, value


def _bound(text: str, field: Field) -> tuple[str, str]:
    word, _, number = text.partition(" ")
    operator = next((one for one in _BOUNDS if one == word), None)
    if operator is None:
        raise ValueError("write at_least or at_most and a number, such as at_least 7")
    number = number.strip()
    if verdict := foregone(Comparison(operator, parse_number(number)), of_field(field)):
        raise ValueError(f"this {verdict} holds; write another number")
    return operator, number


def _title(text: str) -> str:
    shape = RULE["title"].shape
    assert isinstance(shape, TextKey)
    if not text or not text.isprintable() or len(text) > (shape.longest or len(text)):
        raise ValueError(f"write 1 to {shape.longest} characters")
    return text


def _id(text: str, taken: Mapping[str, object]) -> str:
    if text in taken:
        raise ValueError(f"there is a rule '{text}' already; an id is never used again")
    return parse_id(text)


def _file(text: str, folder: Path) -> str:
    name = text.removesuffix(".yaml")
    if not NAME.fullmatch(name):
        raise ValueError("use small letters, digits and _, such as missed_check_ins")
    if any((folder / f"{name}{ending}").exists() for ending in (".yaml", CASES)):
        raise ValueError(
            f"{name}.yaml, or its cases, is there already, and is not overwritten; name another"
        )
    return name


def _one_of(text: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(f"'{text}' is none of them{nearest(text, known)}")
    return text


def _count(text: str) -> int:
    if not 1 <= (number := parse_whole(text)) <= 100:
        raise ValueError("write a number from 1 to 100")
    return number


def _within(text: str, count: int) -> Duration:
    if (length := parse_duration(text)) < count * MINUTE_US:
        raise ValueError(f"{count} events need a longer time; write 7 days, say")
    return length


def write(rule: NewRule, name: str, folder: Path, *, configured: bool) -> Iterator[str]:
    """Write the rule on trial, with a case that fires and a silent one; name the next steps.

    `configured` says whether the folder is the one whose rules serve.
    """
    for ending, text in ((".yaml", rule_text(rule)), (CASES, cases_text(rule))):
        path = folder / f"{name}{ending}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}") from None
        yield f"{path} written"
    yield "The rule is on trial (status: shadow): its alerts are recorded without any text. Next:"
    asked, others = ("", "") if configured else (f" {folder}", f" --rules {folder}")
    steps = {
        f"handrail check{asked}": "is everything written right?",
        f"handrail test{others} {folder / name}.yaml": "do its two cases come out?",
        f"handrail explain {rule.id}{others}": "what does it say?",
        f"handrail preview{others}": "what would it have done?",
    }
    width = max(map(len, steps))
    yield from (f"  {step:{width}}   # {asks}" for step, asks in steps.items())
    yield "Before it goes live, give it why:, evidence:, reason:, advice:, and then status: live."
