"""Timezones by their IANA names, as people and other systems write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

# Names that keep one offset all year, and the name to write if the clocks change.
_WITHOUT_SUMMER = {
    "EST": "America/New_York",
    "MST": "America/Denver, or America/Phoenix where clocks never change",
    "HST": "Pacific/Honolulu",
}
_FIXED = re.compile(r"Etc/GMT[+-]?[1-9][0-9]*|(?:UTC|GMT)[+-][0-9:]+")
# The ids and the shown names of Windows, without the offset before them: unicode.org, CLDR,
# supplemental/windowsZones.xml, territory 001.
_WINDOWS: Mapping[str, str] = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "alaskan": "America/Anchorage",
    "alaska": "America/Anchorage",
    "hawaiian": "Pacific/Honolulu",
    "hawaii": "Pacific/Honolulu",
    "atlantic": "America/Halifax",
    "us mountain": "America/Phoenix",
    "arizona": "America/Phoenix",
    "us eastern": "America/Indiana/Indianapolis",
    "indiana (east)": "America/Indiana/Indianapolis",
    "canada central": "America/Regina",
    "newfoundland": "America/St_Johns",
    "sa western": "America/Puerto_Rico",
    "gmt": "Europe/London",
    "w. europe": "Europe/Berlin",
    "romance": "Europe/Paris",
    "central europe": "Europe/Budapest",
    "e. south america": "America/Sao_Paulo",
    "aus eastern": "Australia/Sydney",
    "new zealand": "Pacific/Auckland",
}
_SHOWN = re.compile(
    r"(?:\((?:UTC|GMT)[+-][0-9:]+\) *)?(?P<name>.+?)"
    r"(?: +(?:Standard|Daylight) +Time| +Time(?: +\((?:US +& +Canada|Canada)\))?)?",
    re.IGNORECASE,
)


def read_timezone(name: str) -> str:
    """Return the IANA name of a timezone; Windows' names of common zones are understood.

    Args:
        name: The written name, such as `America/New_York` or `Eastern Time (US & Canada)`.

    Raises:
        ValueError: There is no such timezone, or it keeps one offset all year.
    """
    name = " ".join(name.split())
    if name in _WITHOUT_SUMMER or _FIXED.fullmatch(name):
        instead = _WITHOUT_SUMMER.get(name, "a place, such as America/New_York")
        raise ValueError(f"'{name}' keeps one offset all the year, also in summer; write {instead}")
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError, ValueError):
        shown = _SHOWN.fullmatch(name)
        if shown and shown["name"] != name and shown["name"].lower() in _WINDOWS:
            return _WINDOWS[shown["name"].lower()]
        if name.lower() in ("arizona", "hawaii", "alaska", "indiana (east)"):
            return _WINDOWS[name.lower()]
        raise ValueError(
            f"'{name}' is not a time zone; write one such as America/New_York"
        ) from None


Timezone = Annotated[str, AfterValidator(read_timezone)]
