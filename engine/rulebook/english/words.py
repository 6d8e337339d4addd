"""Values, comparisons, events and windows in plain English; their readers know no YAML.

Different rules must not read the same. Numbers are therefore written in full. A word that could be
mistaken for one of ours, or for two, stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from engine.measures.comparison import ANY, Comparison, Operator, Where
from engine.measures.signal import KindOrSignal, Signal, name_of
from engine.measures.weekday import WEEKDAYS
from engine.measures.window import DayAfter, Window
from engine.model.duration import write_duration, write_elapsed
from engine.model.event import Value
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import DAY_US

# One event of each kind, and several; any other kind is a "… event".
_NOUNS = {
    "check_in": ("check-in", "check-ins"),
    "test": ("test", "tests"),
    "attendance": ("session", "sessions"),
    "medication": ("dose", "doses"),
    "assessment": ("assessment", "assessments"),
    "contact": ("contact", "contacts"),
    "return_to_use": ("report of use", "reports of use"),
}
# The field of a kind whose values can stand before the noun, as in "missed check-ins".
_BEFORE_NOUN = {
    "check_in": "status",
    "test": "result",
    "attendance": "status",
    "medication": "status",
}
# Words of these sentences, which a rule's own words must not be mistaken for.
_SENTENCE = """
a all among an and any are as at before by either event events exactly fewer followed from if in
including is it last latest less looking marked more no not number of on one only or other over
since so states than that the these those times to up was whole with yes score scorecard point
points known rule holds waiting first forgiving between scored monday tuesday wednesday thursday
friday saturday sunday today what it
"""
_OURS = frozenset(_SENTENCE.split())
_CHOICES = frozenset(
    choice
    for kind in BUILT_IN.values()
    for field in kind.fields.values()
    for choice in field.choices
)
_PLAIN = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")
Write = Callable[[float | str], str]


def word(text: str) -> str:
    """Write a word of the rule's own, in quotes if it could be misunderstood."""
    clear = _PLAIN.fullmatch(text) and _OURS.isdisjoint(re.split("[_-]", text.lower()))
    if clear or text in _CHOICES:
        return text.replace("_", " ")
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def number(value: float) -> str:
    """Write a number in full, so that no two read the same."""
    return repr(int(value)) if float(value).is_integer() else repr(value)


def percent(value: float | str) -> str:
    """Write a percentage."""
    return f"{number(value)}%" if not isinstance(value, str) else word(value)


def duration(value: float | str) -> str:
    """Write a duration given in microseconds."""
    return word(value) if isinstance(value, str) else write_duration(round(value))


def elapsed(value: float | str) -> str:
    """Write a measured duration in microseconds, short enough to read at a glance."""
    return word(value) if isinstance(value, str) else write_elapsed(round(value))


def days(value: float | str) -> str:
    """Write a duration in whole days, however long, if it has no other part."""
    if isinstance(value, str) or value % DAY_US:
        return duration(value)
    return f"{number(value // DAY_US)} {'day' if value == DAY_US else 'days'}"


def plain(value: float | str) -> str:
    """Write a number or a word."""
    return word(value) if isinstance(value, str) else number(value)


def _run(wanted: Sequence[float | str]) -> str | None:
    """Write `any whole number from 1 to 7` for four or more that follow one another."""
    first, last = wanted[0], wanted[-1]
    if (
        len(wanted) < 4
        or isinstance(first, str)
        or isinstance(last, str)
        or not float(first).is_integer()
    ):
        return None
    follow = all(one == first + place for place, one in enumerate(wanted))
    return f"any whole number from {number(first)} to {number(last)}" if follow else None


def choice(words: Sequence[str], joined: str = "or") -> str:
    """Join words: `a`, `a or b`, `a, b or c`."""
    return f" {joined} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def amount(comparison: Comparison, write: Write = plain, less: str = "less") -> str:
    """Compare a number: `8 or more`, `less than 8`, `exactly 8`, `either 3 or 4`."""
    wanted = operands(comparison)
    if comparison.operator in {"between", "outside"}:
        low, high = (write(bound) for bound in wanted)
        return f"{'not ' if comparison.operator == 'outside' else ''}from {low} to {high}"
    run = _run(wanted) if write is plain else None
    if run:
        return run if comparison.operator == "one_of" else f"other than {run}"
    patterns: dict[Operator, str] = {
        "at_least": "{} or more",
        "at_most": f"{{}} or {less}",
        "more_than": "more than {}",
        "less_than": f"{less} than {{}}",
        "is": "exactly {}",
        "is_not": "other than {}",
        "one_of": "exactly {}" if len(wanted) == 1 else "either {}",
        "none_of": "other than {}",
    }
    return patterns[comparison.operator].format(choice([write(one) for one in wanted]))


def compared(comparison: Comparison, kind: KindOrSignal = "", field: str = "") -> str:
    """Compare a field after its name: `8 or more`, `missed or refused`, `marked yes`."""
    wanted = operands(comparison)
    if not all(isinstance(one, str) for one in wanted):
        return amount(comparison)
    denied = comparison.operator in {"is_not", "none_of"}
    known = BUILT_IN.get(name_of(kind))
    if set(wanted) <= {"yes", "no"}:
        return f"{'not ' if denied else ''}marked {choice([str(one) for one in wanted])}"
    written = choice([plain(one) for one in wanted])
    if known and field in known.fields and known.fields[field].type == "list":
        return f"{'not ' if denied else ''}including {written}"
    return f"other than {written}" if denied else written


def operands(comparison: Comparison) -> tuple[float | str, ...]:
    """Return the operands of a comparison, one or several."""
    return comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)


def value(measured: Value | None, write: Write = plain) -> str:
    """Write a measured value, short enough to read at a glance; `no value` if there is none."""
    match measured:
        case None:
            return "no value"
        case bool():
            return "yes" if measured else "no"
        case tuple():
            return " and ".join(measured) or "none"
        case str():
            return measured
        case _:
            return write(round(measured, 2))


def noun(kind: KindOrSignal, where: Where = ANY, *, one: bool = False) -> str:
    """Name events of a kind, or one of them: `missed check-ins`, `tests with method urine`."""
    kind = name_of(kind)
    names = _NOUNS.get(kind, (f"{word(kind)} event", f"{word(kind)} events"))
    first, said = "", []
    for name, comparison in where.fields:
        if name == _BEFORE_NOUN.get(kind) and comparison.operator in {"is", "one_of"}:
            first = f"{choice([str(one).replace('_', '-') for one in operands(comparison)])} "
        else:
            said.append(f"{word(name)} {compared(comparison, kind, name)}")
    return f"{first}{names[0] if one else names[1]}{' with ' if said else ''}{' and '.join(said)}"


def one_of(kind: KindOrSignal, where: Where) -> str:
    """Write one event: `a missed check-in`."""
    named = noun(kind, where, one=True)
    return f"{'an' if named[0] in 'aeiou' else 'a'} {named}"


def looked_at(limits: Window, kind: KindOrSignal, where: Where, which: str = "") -> str:
    """Name a measure's events: `check-ins in the last 7 days`, `the last 5 check-ins`."""
    for so_many, side in ((limits.last, "last"), (limits.first, "first")):
        if so_many is not None:
            counted = f"the {side} {so_many} {noun(kind, where)}{which}"
            return counted + _days(limits)
    return noun(kind, where) + window(limits, "")


def window(limits: Window, counted: str) -> str:
    """Say which events count: ` in the last 7 days`, ` among the last 5 check-ins`."""
    text = f" in the last {write_duration(limits.within)}" if limits.within is not None else ""
    if limits.last is not None:
        text += f" among the last {limits.last} {counted}"
    if limits.first is not None:
        text += f" among the first {limits.first} {counted}"
    return text + _days(limits)


def age(limits: Window) -> str:
    """Write how old the newest value may be, and on which days it counts."""
    limit = (
        f", if that is not older than {write_duration(limits.within)}"
        if limits.within is not None
        else ""
    )
    return limit + _days(limits)


def _days(limits: Window) -> str:
    """Write the days and weekdays on which events count, and the event up to which they do."""
    text = f", counting only from {start_day(limits.starting)} on" if limits.starting else ""
    if limits.until:
        text += f", counting only what came before {start_day(limits.until)}"
    if limits.up_to is not None:
        text += f", counting only up to the newest of the {noun(*limits.up_to)}"
    if limits.on:
        text += (
            ", counting only "
            f"{choice([WEEKDAYS[day].capitalize() + 's' for day in limits.on], 'and')}"
        )
    return text


def start_day(start: DayAfter) -> str:
    """Write a day after another: `day 28 after enrolment`, or `the day of enrolment`."""
    after = "enrolment" if start.after == "enrolled" else "discharge"
    return f"day {start.days} after {after}" if start.days else f"the day of {after}"


def signal_in_words(signal: Signal) -> str:
    """Write the parts of a signal: `completed check-ins, contacts with outcome reached`."""
    return ", ".join(noun(kind, where) for kind, where in signal.parts)
