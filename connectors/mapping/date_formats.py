"""The `format:` of dates and times; a format that could misread a time is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import permutations

_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_DIRECTIVES = frozenset("aAbBdHIjmMpSfyYzUWwuGVcxX%")
# Directives that say the hour without a doubt, alone or with `%p`.
_WHOLE_HOUR = frozenset("HcX")
_UTC = re.compile(r"(?<![A-Za-z])(UTC|GMT|Z)(?![A-Za-z])")
_ZONES = re.compile(
    r"(?<![A-Za-z])"
    r"([ECMP][SD]?T|AK[SD]T|HA?ST|A[SD]T|BST|CES?T|EES?T|WES?T|IST|MSK|JST|A[CEW][SD]T)"
    r"(?![A-Za-z])"
)
# Times on both sides of noon and midnight; leap days, and days beside new year.
_TRIED = tuple(
    datetime(*day, *time, tzinfo=UTC)
    for day in ((2003, 11, 27), (2024, 2, 29), (2027, 1, 3), (2026, 12, 31))
    for time in ((0, 5, 7), (7, 40, 31), (12, 5, 9), (19, 40, 53), (23, 59, 59))
)
# Days whose month and day can be swapped and still make a date.
_SWAPPED = tuple(
    datetime(*day, 8, 9, 10, tzinfo=UTC) for day in ((2026, 11, 5), (2011, 9, 10), (2012, 10, 11))
)


def read_formats(written: object) -> tuple[str, ...]:
    """Return the formats of a mapping, one or several.

    Raises:
        ValueError: A format reads some time as another one, or two formats read one text as two
            different times.
    """
    listed = written if isinstance(written, list) else [written]
    formats = tuple(map(_format, listed))
    for one, other in permutations(formats, 2):
        _refuse_two_readings(one, other)
    return formats


def says_utc(written: str) -> bool:
    """Return whether letters in a format say that its times are in UTC."""
    return bool(_UTC.search(_literal(written)))


def _literal(written: str) -> str:
    return _DIRECTIVE.sub("\0", written)


def _format(written: object) -> str:
    if not isinstance(written, str):
        raise ValueError("must be a pattern such as '%m/%d/%Y'")
    used = _DIRECTIVE.findall(written)
    for directive in used:
        if directive == "Z":
            raise ValueError(
                "'%Z' is not known in a date; for UTC write the letters, such as '%H:%M UTC', "
                "and for an offset such as -0500 write %z"
            )
        if directive not in _DIRECTIVES:
            raise ValueError(
                f"'%{directive}' is not known in a date; "
                "there are %d %m %Y %y %b %B %H %I %M %S %p %z …"
            )
    _refuse_half_hours(written, set(used))
    if zone := _ZONES.search(_literal(written)):
        raise ValueError(
            f"'{zone[0]}' in a format is only letters, and says nothing about the zone; "
            "take such letters away in the export, or name the zone under timezone:"
        )
    _refuse_other_readings(written, set(used))
    return written


def _refuse_half_hours(written: str, used: set[str]) -> None:
    whole = used & _WHOLE_HOUR
    if whole and used & {"I", "p"}:
        raise ValueError(
            f"'{written}' has the hour to 24 (%{min(whole)}) beside %I or %p, which would be "
            "ignored; write %I with %p for 07:40 PM, or %H alone for 19:40"
        )
    if ("I" in used) != ("p" in used):
        raise ValueError(
            f"'{written}' does not say which half of the day; write %I (hour to 12) with %p, "
            "or %H (hour to 24)"
        )
    if not whole | (used & {"I"}) and used & {"M", "S", "f"}:
        raise ValueError(f"'{written}' has minutes or seconds without their hour; add %H")
    if "S" in used and "M" not in used:
        raise ValueError(f"'{written}' has seconds without their minutes; add %M")


def _refuse_other_readings(written: str, used: set[str]) -> None:
    """Try a format with many times; each must come back as exactly as it is written."""
    has_hour = bool(used & (_WHOLE_HOUR | {"I"}))
    for tried in _TRIED:
        expected = tried if has_hour else tried.replace(hour=0)
        if not used & {"M", "c", "X"}:
            expected = expected.replace(minute=0)
        if not used & {"S", "c", "X"}:
            expected = expected.replace(second=0)
        read = _read(tried.strftime(written), written)
        if isinstance(read, str):
            raise ValueError(f"cannot be used to read a date: {read}")
        if read.date() != expected.date():
            raise ValueError(
                f"'{written}' does not say which day; it needs a year, a month and a day"
            )
        if read.replace(tzinfo=UTC) != expected:
            raise ValueError(f"'{written}' reads {expected:%H:%M} as {read:%H:%M}")


def _refuse_two_readings(one: str, other: str) -> None:
    for tried in _SWAPPED:
        text = tried.strftime(other)
        first, second = _read(text, one), _read(text, other)
        if isinstance(first, datetime) and isinstance(second, datetime) and first != second:
            raise ValueError(
                f"'{text}' fits both '{one}' and '{other}', as {first:%d %B %Y} and as "
                f"{second:%d %B %Y}; give the files of each kind a mapping of their own"
            )


def _read(text: str, written: str) -> datetime | str:
    """Return the time that a text gives by a format, or the reason why it gives none."""
    try:
        return datetime.strptime(text, written)  # noqa: DTZ007 - compared as a reading
    except ValueError as error:
        return str(error)
