"""Timezones by their IANA names, as people write them in config.yaml."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def read_timezone(name: str) -> str:
    """Return the IANA name of a timezone.

    Args:
        name: what was written, such as `America/New_York`.

    Raises:
        ValueError: there is no such timezone.
    """
    try:
        return ZoneInfo(name).key
    except (KeyError, OSError, ValueError):
        raise ValueError(
            f"'{name}' is not a time zone; write one such as America/New_York"
        ) from None


Timezone = Annotated[str, AfterValidator(read_timezone)]
