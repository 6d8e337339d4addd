"""The days of a schedule as people write them at first, and how to write those that they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.measures.weekday import WEEKDAYS
from engine.rulebook.parsing.reading import nearest
from engine.rulebook.plans.plan_vocabulary import DAY, EVERY

_GROUPS = {"weekday": WEEKDAYS[:5], "workday": WEEKDAYS[:5], "weekend": WEEKDAYS[5:]}
_OFTENER = {"hour", "hourly", "minute", "second", "time", "twice"}
_COUNTS = {
    "other": 2, "two": 2, "fortnight": 2, "fortnightly": 2, "biweekly": 2, "three": 3, "four": 4,
}  # fmt: skip
# A count that may be of the days of a month, and the sign for it in a rule.
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_COUNT = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")
_PERIODS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}
_FILLING = {"every", "each", "on", "a"}
_SHORTEST = 3  # letters of a weekday, such as tue


def wrong_days(said: str) -> str:
    """Say why days are neither a weekday nor a rule, and how to write those that are meant."""
    meant = _meant(re.findall("[a-z0-9]+", said.lower()))
    return f"'{said}' is neither a day nor a rule{f'; {meant}' if meant else nearest(said, EVERY)}"


def _meant(words: Sequence[str]) -> str | None:
    """Return how to write the days that some words mean; None if they mean none."""
    singular = [word.removesuffix("s") for word in words if word not in _FILLING]
    days = [day for word in words for day in WEEKDAYS if _names(word, day)]
    count = next(filter(None, map(_count, words)), 1)
    if group := next((_GROUPS[word] for word in singular if word in _GROUPS), None):
        return f"write {_listed(group)}"
    if days and (count > 1 or {*_NTH} & {*words}):
        return _counted_days(words, count, days)
    if count > 1 and singular[-1] in _PERIODS:
        return f"write {_rule(_PERIODS[singular[-1]], count)}"
    if not days and _OFTENER & {*singular}:
        often = "a schedule is due once a day at most"
        return f"{often}, so write one schedule for each time of the day"
    if len(days) > 1:
        return f"write {_listed(days)}"
    alone = [*days, *(word for word in singular if word == DAY)]
    return f"did you mean '{alone[0]}'?" if alone and len(singular) == 1 else None


def _names(word: str, day: str) -> bool:
    """Return whether a word names a weekday: in full, in short, or as `tuesdays`."""
    return len(word) >= _SHORTEST and (day.startswith(word) or word == f"{day}s")


def _count(word: str) -> int | None:
    found = _COUNT.fullmatch(word)
    return int(found[1]) if found else _COUNTS.get(word) or max(_NTH.get(word, 0), 0)


def _counted_days(words: Sequence[str], count: int, days: Sequence[str]) -> str:
    """Write both meanings of such as `second tuesday`, because only its author knows which."""
    short = ",".join(day[:2].upper() for day in days)
    nth = next((word for word in words if word in _NTH), None)
    found = [f"for every {count} weeks write {_rule('WEEKLY', count, short)}"] if count > 1 else []
    if nth and len(days) == 1:
        rule = f"FREQ=MONTHLY;BYDAY={_NTH[nth]}{short}"
        found.append(f"for the {nth} {days[0]} of a month write {rule}")
    return "; ".join(found) or f"write {_listed(days)}"


def _rule(period: str, count: int, days: str = "") -> str:
    on = f";BYDAY={days}" if days else ""
    return f"FREQ={period};INTERVAL={count}{on} and starts: with the first day"


def _listed(days: Sequence[str]) -> str:
    return f"[{', '.join(dict.fromkeys(days))}]"
