"""The unit of a threshold: how its value is written, and which values it can take."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.measures.comparison import Operator
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import Field
from engine.model.instant import DAY_US
from engine.rulebook.language.vocabulary import COMPARISONS

YES = frozenset({"yes", "true", "on"})
NO = frozenset({"no", "false", "off"})
WHOLE = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
FRACTION = re.compile(r"([0-9]+) ?/ ?([0-9]+)")
RANGE = re.compile(r"[+-]?[0-9.]+ to [+-]?[0-9.]+")
LARGEST = 1_000_000_000
ORDERED: tuple[Operator, ...] = ("at_least", "at_most", "more_than", "less_than")
SETS: tuple[Operator, ...] = ("is", "is_not", "one_of")
OPERATORS = tuple(COMPARISONS)
# Whether a threshold may be the lowest possible value, and the highest. Every value is at most the
# highest one, so `at_most` must lie below it.
AT_ENDS: Mapping[Operator, tuple[bool, bool]] = {
    "at_least": (False, True),
    "at_most": (True, False),
    "more_than": (True, False),
    "less_than": (False, True),
    "is": (True, True),
    "is_not": (True, True),
}


@dataclass(frozen=True, slots=True)
class Values:
    """The possible values of a measure or field: their notation and their bounds.

    Attributes:
        parse: Reads a written value; ValueError names the expected form.
        low: The least possible value.
        high: The greatest possible value.
        choices: The possible words, if the list is closed.
        ordered: Whether one value can be more than another.
        exact: Whether a value stays for a while. One that does not passes any number in an instant.
        few: The only possible values, if they are few.
    """

    parse: Callable[[str], float | str]
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] | None = None
    ordered: bool = True
    exact: bool = True
    few: frozenset[float] | None = None


def parse_whole(text: str) -> int:
    """Read a whole number.

    Raises:
        ValueError: The text is no whole number; the message names the expected form.
    """
    if not WHOLE.fullmatch(text):
        raise ValueError(f"'{text}' is not a whole number; write digits alone, such as 2")
    return int(_sized(text))


def parse_number(text: str) -> float:
    """Read a number of at most nine decimals.

    Raises:
        ValueError: The text is no number; the message names the expected form.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(f"'{text}' is not a number; write digits alone, such as 7 or 2.5")
    return round(_sized(text), 9)


def _sized(text: str) -> float:
    number = float(text)
    if not abs(number) <= LARGEST:
        raise ValueError("the number is too large to be meant; write a smaller one")
    return number


def parse_percent(text: str) -> float:
    """Read a percentage written with its sign, or a fraction.

    Raises:
        ValueError: The text is neither; the message names the expected form.
    """
    if fraction := FRACTION.fullmatch(text):
        part, whole = int(fraction[1]), int(fraction[2])
        if not part <= whole <= LARGEST or whole == 0:
            raise ValueError(f"'{text}' is not between 0 and 1")
        return round(100 * part / whole, 9)
    if not text.endswith("%"):
        raise ValueError(
            f"'{text}' is not a percentage; write it with its sign, such as 60%, or as 2/3"
        )
    number = parse_number(text[:-1].strip())
    if not 0 <= number <= 100:
        raise ValueError(f"'{text}' is not between 0% and 100%")
    return number


def parse_signed_percent(text: str) -> float:
    """Read a difference of percentages.

    Raises:
        ValueError: The text is none; the message names the expected form.
    """
    sign = -1 if text.startswith("-") else 1
    return sign * parse_percent(text.removeprefix("-"))


def parse_flag(text: str) -> str:
    """Read `yes` or `no`, or another of YAML's words that mean them.

    Raises:
        ValueError: The text is neither.
    """
    if text.lower() in YES:
        return "yes"
    if text.lower() in NO:
        return "no"
    raise ValueError(f"'{text}' is neither yes nor no")


def parse_days(text: str) -> Duration:
    """Read a duration of whole days, in microseconds.

    Raises:
        ValueError: The text is no duration of whole days; the message names the expected form.
    """
    length = parse_duration(text)
    if length % DAY_US:
        raise ValueError(
            f"'{text}' is not a number of days, and these are counted whole; write days or weeks"
        )
    return length


COUNTS = Values(parse_whole, low=0)
PERCENT = Values(parse_percent, low=0, high=100)
DURATION = Values(parse_duration, low=0, exact=False)
WHOLE_DAYS = Values(parse_days, low=0)
WORDS = Values(str, ordered=False)
ATTRIBUTE = Values(str)
YES_OR_NO = Values(parse_flag, ordered=False)
SIGNED = Values(parse_number)
CHANGED_PERCENT = Values(parse_signed_percent, low=-100, high=100)


def of_field(field: Field) -> Values:
    """Return the values of an event's field."""
    if field.type == "number":
        return Values(
            parse_number,
            -math.inf if field.low is None else field.low,
            math.inf if field.high is None else field.high,
        )
    if field.type == "flag":
        return YES_OR_NO
    if field.type == "choice":
        return Values(str, choices=field.choices, ordered=False)
    return WORDS


def compared_by(operator: Operator, values: Values) -> Values:
    """Return the values as an operator takes them.

    An attribute is a word, unless it is compared by more or less.
    """
    return SIGNED if values is ATTRIBUTE and operator in ORDERED else values
