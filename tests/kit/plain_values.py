"""Values of plain rules: days, numbers and words, as they are compared."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.kit.plain_people import DAY, MICROSECOND, Person, duration, local_day

DURATION = re.compile(r"[\d.]+ (minute|hour|day|week)s?")
NUMERAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
FRACTION = re.compile(r"\d+/\d+")
Condition = dict[str, Any]


def weekday(person: Person, at: datetime) -> str:
    return local_day(person, at).strftime("%A").lower()


def horizon(person: Person) -> datetime:
    """Until when days of the week are told apart."""
    return max(one.at for one in [*person.events, *person.record]) + 30 * DAY


def as_number(value: Any) -> Any:
    """The value of an attribute of the record.

    It is a word; a comparison by order needs a number, and any other word has no value.
    """
    if isinstance(value, str):
        return float(value) if NUMERAL.fullmatch(value) else None
    return value


def plain(value: Any) -> Any:
    """A value as it is compared.

    Durations and percentages become numbers, numbers have 9 decimals, yes and no are words.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if isinstance(value, (int, float)):
        return round(value, 9)
    if isinstance(value, str) and value.endswith("%"):
        return float(value[:-1])
    if isinstance(value, str) and FRACTION.fullmatch(value):
        part, whole = value.split("/")
        return round(100 * int(part) / int(whole), 9)
    if isinstance(value, str) and DURATION.fullmatch(value):
        return duration(value) // MICROSECOND
    return value


def as_engine(value: Any) -> Any:
    """A value as the engine gives it: durations in microseconds, lists as tuples."""
    if isinstance(value, timedelta):
        return plain(value)
    return tuple(value) if isinstance(value, list) else value
