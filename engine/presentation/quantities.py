"""Figures in words: counts, rates, shares, their intervals, and lists of refs that stay short."""

from __future__ import annotations

from collections.abc import Sequence

from engine.studies.resampling import Estimate

NONE = "–"
_BARS = "·▁▂▃▄▅▆▇█"


def count(number: int) -> str:
    """Write a number with its thousands set apart."""
    return f"{number:,}"


def rate(number: float | None, places: int) -> str:
    """Write a rate with this many decimals; NONE if there is none."""
    return NONE if number is None else f"{number:,.{places}f}"


def percent(part: int, whole: int) -> str:
    """Write a share; NONE if the whole is nothing. A part never reads as 0 % or 100 %."""
    if not whole:
        return NONE
    shown = round(100 * part / whole)
    if 0 < part < whole:
        shown = min(max(shown, 1), 99)
    return f"{shown} %"


def share(number: float | None) -> str:
    """Write a share of 1 in percent; NONE if there is none."""
    return NONE if number is None else f"{100 * number:.0f} %"


def rates_between(one: Estimate) -> str:
    """Write the interval of a rate: `1.41–1.57`; NONE if there is none."""
    return NONE if one.low is None or one.high is None else f"{one.low:.2f}–{one.high:.2f}"


def shares_between(one: Estimate) -> str:
    """Write the interval of a share in percent: `78–84`; NONE if there is none."""
    if one.low is None or one.high is None:
        return NONE
    return f"{100 * one.low:.0f}–{100 * one.high:.0f}"


def rate_and_interval(one: Estimate) -> str:
    """Write a rate with its interval: `1.48 [1.41–1.57]`; NONE if there is none."""
    return NONE if one.low is None else f"{rate(one.value, 2)} [{rates_between(one)}]"


def share_and_interval(one: Estimate) -> str:
    """Write a share with its interval: `81 % [78–84]`; NONE if there is none."""
    return NONE if one.low is None else f"{share(one.value)} [{shares_between(one)}]"


def listed(refs: Sequence[str], most: int) -> str:
    """Return the first refs, and how many more there are."""
    if not refs:
        return "none"
    more = len(refs) - most
    return ", ".join(refs[:most]) + (f" and {more:,} more" if more > 0 else "")


def sparkline(numbers: Sequence[int]) -> str:
    """Draw a bar for each number, the greatest being full."""
    greatest = max(numbers, default=0) or 1
    return "".join(_BARS[-(-number * (len(_BARS) - 1) // greatest)] for number in numbers)
