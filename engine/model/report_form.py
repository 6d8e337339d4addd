"""What the console's form for reports offers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportForm:
    """The form for reports.

    Attributes:
        cohort: The cohort that it suggests.
        month: The month that it suggests, as `2026-10`.
        attributes: The attributes of clients that may make groups.
        too_large: Whether the site has more clients than a page can wait for.
    """

    cohort: str
    month: str
    attributes: tuple[str, ...]
    too_large: bool
